import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { answer, api } from '../api/client.js';
import { projectsQuery } from '../api/queries.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';
import { dateOf } from '../ui/words.js';
import { Frame } from '../ui/zoetrope.js';

/** All projects, and making one: with none yet, that is all there is. */
export function Projects() {
  const { data } = useSuspenseQuery(projectsQuery);
  const first = data.items.length === 0;
  return (
    <main className="page stack wide">
      <div className="page-head">
        <h1>{first ? 'Name your first project' : 'Projects'}</h1>
      </div>
      {first && (
        <p className="quiet lead">
          A project is one site or brand: its assets, its proxy key, its brand voice and its webhooks. Most
          people name it after their website.
        </p>
      )}
      {!first && (
        <ul className="projects" aria-label="Projects">
          {data.items.map(({ id, name, created_at, brand }, n) => (
            <li key={id}>
              <Link to="/projects/$projectId" params={{ projectId: id }} className="project">
                <span
                  className="project-mark"
                  style={{ background: brand?.colors?.primary }}
                  aria-hidden="true"
                >
                  <Frame n={(n * 5 + 2) % 12} />
                </span>
                <span className="stack tight">
                  <strong className="clip">{name}</strong>
                  <span className="quiet small">since {dateOf(created_at)}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <NewProject title={first ? undefined : 'A new project'} />
    </main>
  );
}

function NewProject({ title }: { readonly title: string | undefined }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: (name: string) => answer(api.POST('/api/projects', { body: { name } })),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['projects'] });
      await navigate({ to: '/projects/$projectId', params: { projectId: id } });
    },
  });
  return (
    <form
      className="panel stack new-project"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(String(new FormData(event.currentTarget).get('name')));
      }}
    >
      {title && <h2>{title}</h2>}
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        placeholder="Autumn shop"
        complaint={complaintOf(create.error, 'name')}
      />
      <Problem error={create.error} />
      <div>
        <button type="submit" className="button primary" disabled={create.isPending}>
          Create project
        </button>
      </div>
    </form>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { CopyButton } from '../ui/code.js';
import { TextField } from '../ui/field.js';
import { Modal } from '../ui/modal.js';
import { SaveBar } from './save-bar.js';
import { useProject } from './use-project.js';

/** Its name, its id, its end. */
export function General() {
  const { project, taken } = useProject();
  const [name, setName] = useState(project.name);
  const [deleting, setDeleting] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      answer(api.PATCH('/api/projects/{id}', { params: { path: { id: project.id } }, body: { name } })),
    onSuccess: taken,
  });
  return (
    <div className="stack wide settings">
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label="Name"
          value={name}
          required
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          complaint={complaintOf(save.error, 'name')}
        />
        <SaveBar
          save={save}
          clean={name === project.name}
          call={{ method: 'PATCH', path: `/api/projects/${project.id}`, body: { name } }}
        />
      </form>
      <div className="row">
        <span className="quiet">Project id</span> <code>{project.id}</code>
        <CopyButton text={project.id} what="project id" label="Copy" />
      </div>
      <section className="panel stack danger-zone">
        <h2>Delete the project</h2>
        <p className="quiet">
          Its assets stop playing everywhere at once, its keys and secrets are gone. This cannot be undone.
        </p>
        <div>
          <button type="button" className="button danger" onClick={() => setDeleting(true)}>
            Delete {project.name} …
          </button>
        </div>
      </section>
      {deleting && <DeleteProject id={project.id} name={project.name} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function DeleteProject({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE('/api/projects/{id}', { params: { path: { id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['projects'] });
      await navigate({ to: '/projects' });
      client.removeQueries({ queryKey: ['project', id] });
    },
  });
  return (
    <Modal
      title={`Delete ${name}?`}
      narrow
      onClose={onClose}
      foot={
        <>
          <span />
          <button
            type="button"
            className="button danger sure"
            disabled={typed !== name || remove.isPending}
            onClick={() => remove.mutate()}
          >
            Delete it and all its assets
          </button>
        </>
      }
    >
      <div className="stack">
        <TextField
          label={`Type its name, ${name}, to go on`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
        />
        <Problem error={remove.error} />
      </div>
    </Modal>
  );
}

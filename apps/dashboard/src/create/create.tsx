import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, keyed } from '../api/client.js';
import { assetQuery, meQuery, projectQuery } from '../api/queries.js';
import type { Aspect, Project } from '../api/types.js';
import { CostView } from '../regenerate/cost-view.js';
import { Fields } from '../regenerate/fields.js';
import { MakingOf } from '../regenerate/making-of.js';
import { useKey } from '../regenerate/use-key.js';
import { changedFrom, seedComplaint, type Values } from '../regenerate/values.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Choices } from '../ui/controls.js';
import { ASPECTS } from './aspects.js';
import { type Source, SourcePicker } from './source-picker.js';

const initial = ({ defaults }: Project): Values => ({ ...defaults, prompt: '', seed: '' });

/** What prepare is asked: only what differs from the project, so that the asset goes by its defaults. */
function bodyOf(project: Project, src: string, values: Values, aspect: Aspect) {
  const { seed, ...changed } = changedFrom(initial(project), values);
  return {
    project_id: project.id,
    src,
    ...changed,
    ...(typeof seed === 'number' && { seed }),
    ...(aspect !== 'preserve' && { aspect }),
  };
}

/** Drop a picture, choose, watch. */
export function Create() {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const [source, setSource] = useState<Source>();
  const [made, setMade] = useState<string>();
  const another = () => {
    setMade(undefined);
    setSource(undefined);
  };
  if (made) return <Made assetId={made} projectId={projectId} onAnother={another} />;
  if (!source)
    return (
      <div className="create-start">
        <SourcePicker onPicked={setSource} />
      </div>
    );
  return <Choose project={project} source={source} onBack={() => setSource(undefined)} onMade={setMade} />;
}

interface ChooseProps {
  readonly project: Project;
  readonly source: Source;
  readonly onBack: () => void;
  readonly onMade: (assetId: string) => void;
}

function Choose({ project, source, onBack, onMade }: ChooseProps) {
  const client = useQueryClient();
  const key = useKey();
  const { data: me } = useQuery(meQuery);
  const [values, setValues] = useState<Values>(() => initial(project));
  const [aspect, setAspect] = useState<Aspect>('preserve');
  const body = bodyOf(project, source.url, values, aspect);
  const prepare = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/prepare', { body, ...keyed(key.keyFor(JSON.stringify(body))) })),
    onSettled: (_, error) => key.settled(error),
    onSuccess: ({ asset_id }) => {
      void client.invalidateQueries({ queryKey: ['assets', project.id] });
      void client.invalidateQueries({ queryKey: ['me'] });
      onMade(asset_id);
    },
  });
  const free = me?.plan === 'free';
  return (
    <form
      className="ask create"
      onSubmit={(event) => {
        event.preventDefault();
        prepare.mutate();
      }}
    >
      <div className="stack">
        <Fields
          values={values}
          onChange={setValues}
          promptHelp="The asset’s own prompt: every regenerate that sends none uses it. Leave it empty to let the picture decide."
        />
        <Choices
          legend="Aspect"
          choices={ASPECTS.map((choice) => ({ ...choice, disabled: free && choice.value !== 'preserve' }))}
          value={aspect}
          onChange={setAspect}
          help={free ? 'The free plan keeps the picture’s own aspect.' : undefined}
        />
      </div>
      <div className="stack ask-side">
        <figure className="ask-picture">
          {source.preview ? (
            <img className="film" src={source.preview} alt={`You chose ${source.name}`} />
          ) : (
            <div className="unexposed" />
          )}
        </figure>
        <div className="row apart">
          <span className="quiet small clip" title={source.url}>
            {source.name}
          </span>
          <button type="button" className="button ghost small" onClick={onBack}>
            Another picture
          </button>
        </div>
        <CostView projectId={project.id} count={1} />
        <Problem error={prepare.error} projectId={project.id} />
        <button
          type="submit"
          className="button primary wide"
          disabled={prepare.isPending || seedComplaint(values.seed) !== undefined}
        >
          {prepare.isPending ? 'Reserving …' : 'Make the video'}
        </button>
        <ShowAsCode call={{ method: 'POST', path: '/api/v1/prepare', body, keyed: true }} />
      </div>
    </form>
  );
}

interface MadeProps {
  readonly assetId: string;
  readonly projectId: string;
  readonly onAnother: () => void;
}

function Made({ assetId, onAnother }: MadeProps) {
  const { data, error } = useQuery(assetQuery(assetId));
  const [before, setBefore] = useState<NonNullable<typeof data>['asset']>();
  if (data && !before) setBefore(data.asset);
  if (error) return <Problem error={error} />;
  if (!data || !before) return <div className="skeleton modal-skeleton" />;
  return (
    <div className="stack">
      {before.status === 'ready' && (
        <p className="note">
          The same picture with the same choices was made before: here it is. Nothing was charged.
        </p>
      )}
      <MakingOf before={{ ...before, generation: 0 }} generation={Math.max(1, before.generation_count)} />
      <div className="row">
        <Link to="/assets/$assetId" params={{ assetId }} className="button primary">
          Open it and embed it
        </Link>
        <button type="button" className="button plain" onClick={onAnother}>
          Make another
        </button>
      </div>
    </div>
  );
}

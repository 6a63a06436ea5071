import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, keyed } from '../api/client.js';
import type { Forecast, ManyDone, Motion, Regenerate } from '../api/types.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Choices } from '../ui/controls.js';
import { TextArea } from '../ui/field.js';
import { Modal } from '../ui/modal.js';
import { counted } from '../ui/words.js';
import { CostView } from './cost-view.js';
import { MOTIONS } from './pictures.js';
import { useKey } from './use-key.js';
import { PROMPT_MAX } from './values.js';

interface ManyProps {
  readonly projectId: string;
  /** Undefined: every asset of the project, as after a change of the brand. */
  readonly ids: readonly string[] | undefined;
  readonly onClose: () => void;
}

type Totals = Pick<ManyDone, 'accepted' | 'refused'>;

/** Page by page until the end; what was refused is told and not tried again. */
async function askAll(projectId: string, body: object, keyFor: (content: string) => string): Promise<Totals> {
  const totals: { accepted: ManyDone['accepted']; refused: ManyDone['refused'] } = {
    accepted: [],
    refused: [],
  };
  let cursor: string | null = null;
  do {
    const page = { ...body, ...(cursor && { cursor }) };
    const done = (await answer(
      api.POST('/api/projects/{id}/regenerate', {
        params: { path: { id: projectId } },
        body: page,
        ...keyed(keyFor(JSON.stringify(page))),
      }),
    )) as ManyDone;
    totals.accepted.push(...done.accepted);
    totals.refused.push(...done.refused);
    cursor = done.next_cursor;
  } while (cursor);
  return totals;
}

/** Several at once: what it costs, then one request for all. */
export function RegenerateMany({ projectId, ids, onClose }: ManyProps) {
  const client = useQueryClient();
  const key = useKey();
  const [motion, setMotion] = useState<Motion | 'keep'>('keep');
  const [prompt, setPrompt] = useState('');
  const filter = ids ? { ids: [...ids] } : undefined;
  const body: Regenerate & { filter?: object } = {
    ...(filter && { filter }),
    ...(motion !== 'keep' && { motion }),
    ...(prompt.trim() && { prompt_override: prompt.trim() }),
  };
  const forecast = useQuery({
    queryKey: ['forecast', projectId, ids ?? 'all'],
    queryFn: () =>
      answer(
        api.POST('/api/projects/{id}/regenerate', {
          params: { path: { id: projectId } },
          body: { ...(filter && { filter }), dry_run: true },
        }),
      ) as Promise<Forecast>,
    gcTime: 0,
  });
  const ask = useMutation({
    mutationFn: () => askAll(projectId, body, key.keyFor),
    onSettled: (_, error) => {
      key.settled(error);
      void client.invalidateQueries({ queryKey: ['assets', projectId] });
      void client.invalidateQueries({ queryKey: ['me'] });
    },
  });
  const count = forecast.data?.count;
  const what = ids ? counted(ids.length, 'asset') : 'every asset of the project';
  const call = { method: 'POST', path: `/api/projects/${projectId}/regenerate`, body, keyed: true } as const;
  return (
    <Modal
      title={`Regenerate ${what}`}
      onClose={onClose}
      foot={
        <>
          <span />
          {ask.data ? (
            <button type="button" className="button primary" onClick={onClose}>
              Watch them in the grid
            </button>
          ) : (
            <div className="row">
              <button type="button" className="button plain" onClick={onClose}>
                Not now
              </button>
              <button
                type="button"
                className="button primary"
                disabled={!count || ask.isPending}
                onClick={() => ask.mutate()}
              >
                {ask.isPending ? 'Asking …' : count === undefined ? 'Regenerate' : `Regenerate ${count}`}
              </button>
            </div>
          )}
        </>
      }
    >
      {ask.data ? (
        <Outcome totals={ask.data} />
      ) : (
        <div className="stack">
          <p className="quiet">
            Each keeps its own values but for what you change here, and is looked at again with the brand of
            today.
          </p>
          <Choices
            legend="Motion"
            choices={[{ value: 'keep' as const, label: 'As it is', picture: '=' }, ...MOTIONS]}
            value={motion}
            onChange={setMotion}
          />
          <TextArea
            label="Prompt for all of them"
            help="For this time only; leave it empty and each picture gets its own."
            value={prompt}
            maxLength={PROMPT_MAX}
            onChange={(event) => setPrompt(event.target.value)}
          />
          <CostView projectId={projectId} count={count} />
          {count === 0 && <p className="note">There is no asset to regenerate.</p>}
          <Problem error={ask.error ?? forecast.error} projectId={projectId} />
          <ShowAsCode call={call} />
        </div>
      )}
    </Modal>
  );
}

function Outcome({ totals: { accepted, refused } }: { readonly totals: Totals }) {
  const reasons = Map.groupBy(refused, ({ error }) => error);
  return (
    <div className="stack" role="status">
      <p className="note good">{counted(accepted.length, 'generation')} on the way.</p>
      {[...reasons].map(([error, those]) => (
        <p key={error} className="note bad">
          {counted(those.length, 'asset')} refused: {error}. Refused ones are not charged.
        </p>
      ))}
    </div>
  );
}

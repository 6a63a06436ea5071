import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, keyed } from '../api/client.js';
import { assetQuery } from '../api/queries.js';
import type { Asset, AssetDetail, Regenerate } from '../api/types.js';
import { Picture } from '../assets/picture.js';
import { useProgress } from '../live/live.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Modal } from '../ui/modal.js';
import { nameOf } from '../ui/words.js';
import { CostView } from './cost-view.js';
import { Fields } from './fields.js';
import { MakingOf } from './making-of.js';
import { useKey } from './use-key.js';
import { changedFrom, currentOf, seedComplaint, type Values } from './values.js';

/** The modal of one asset: ask, then watch. */
export function RegenerateOne({
  assetId,
  onClose,
}: {
  readonly assetId: string;
  readonly onClose: () => void;
}) {
  const { data, error } = useQuery(assetQuery(assetId));
  const [asked, setAsked] = useState<{ before: Asset; generation: number }>();
  if (!data)
    return (
      <Modal title="Regenerate" onClose={onClose}>
        {error ? <Problem error={error} /> : <div className="skeleton modal-skeleton" />}
      </Modal>
    );
  if (asked) return <Watch {...asked} onAgain={() => setAsked(undefined)} onClose={onClose} />;
  return (
    <Ask
      asset={data.asset}
      onAsked={(generation) => setAsked({ before: data.asset, generation })}
      onClose={onClose}
    />
  );
}

/** Asks for it; the asset shows at once that it is pending, and the server's word follows. */
function useAsk(asset: Asset, onAsked: (generation: number) => void) {
  const client = useQueryClient();
  const key = useKey();
  return useMutation({
    mutationFn: (body: Regenerate) =>
      answer(
        api.POST('/api/assets/{id}/regenerate', {
          params: { path: { id: asset.id } },
          body,
          ...keyed(key.keyFor(JSON.stringify(body))),
        }),
      ),
    onSettled: (_, error) => key.settled(error),
    onSuccess: ({ generation }) => {
      client.setQueryData<AssetDetail>(
        assetQuery(asset.id).queryKey,
        (known) =>
          known && { ...known, asset: { ...known.asset, status: 'pending', generation_count: generation } },
      );
      onAsked(generation);
      void client.invalidateQueries({ queryKey: ['assets', asset.project_id] });
      void client.invalidateQueries({ queryKey: ['asset', asset.id] });
      void client.invalidateQueries({ queryKey: ['me'] });
    },
  });
}

interface AskProps {
  readonly asset: Asset;
  readonly onAsked: (generation: number) => void;
  readonly onClose: () => void;
}

function Ask({ asset, onAsked, onClose }: AskProps) {
  const [values, setValues] = useState<Values>(() => currentOf(asset));
  const ask = useAsk(asset, onAsked);
  const body = changedFrom(currentOf(asset), values);
  const wrong = seedComplaint(values.seed) !== undefined;
  const call = { method: 'POST', path: `/api/assets/${asset.id}/regenerate`, body, keyed: true } as const;
  return (
    <Modal
      title={`Regenerate ${nameOf(asset.src_url)}`}
      onClose={onClose}
      foot={
        <>
          <span className="quiet small foot-note">Same URL, same embeds, new motion.</span>
          <div className="row">
            <button type="button" className="button plain" onClick={onClose}>
              Not now
            </button>
            <button
              type="button"
              className="button primary"
              disabled={wrong || ask.isPending}
              onClick={() => ask.mutate(body)}
            >
              {ask.isPending ? 'Reserving …' : 'Regenerate'}
            </button>
          </div>
        </>
      }
    >
      <div className="ask">
        <Fields
          values={values}
          onChange={setValues}
          promptHelp="For this time only. It replaces the brand-aware prompt that the picture would get."
        />
        <div className="stack ask-side">
          <div className="ask-picture">
            <Picture asset={asset} />
          </div>
          <p className="small quiet">
            <strong>Now:</strong> {asset.vision_prompt ?? 'no prompt yet'}
          </p>
          <CostView projectId={asset.project_id} count={1} />
          <Problem error={ask.error} projectId={asset.project_id} />
          <ShowAsCode call={call} />
        </div>
      </div>
    </Modal>
  );
}

interface WatchProps {
  readonly before: Asset;
  readonly generation: number;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Watch({ before, generation, onAgain, onClose }: WatchProps) {
  const { outcome } = useProgress(before.id, generation, before.mode);
  const cancel = useMutation({
    mutationFn: () => answer(api.POST('/api/assets/{id}/cancel', { params: { path: { id: before.id } } })),
  });
  const runs = outcome === 'running';
  return (
    <Modal
      title={runs ? 'Making the new one' : outcome === 'ready' ? 'The new one is live' : 'It was not made'}
      onClose={onClose}
      foot={
        <>
          <span className="quiet small foot-note">
            {outcome === 'ready' && 'Every page that embeds it shows it from now on.'}
            {outcome === 'failed' && 'A failed generation is not charged.'}
          </span>
          <div className="row">
            {runs ? (
              <button
                type="button"
                className="button danger"
                disabled={cancel.isPending || cancel.isSuccess}
                onClick={() => cancel.mutate()}
              >
                Cancel it
              </button>
            ) : (
              <button type="button" className="button plain" onClick={onAgain}>
                Again
              </button>
            )}
            <button type="button" className="button primary" onClick={onClose}>
              {runs ? 'Close and let it run' : 'Done'}
            </button>
          </div>
        </>
      }
    >
      <MakingOf before={before} generation={generation} />
      <Problem error={cancel.error} />
    </Modal>
  );
}

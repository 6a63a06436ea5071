import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { assetsQuery } from '../api/queries.js';
import type { Project } from '../api/types.js';
import { Problem } from '../shell/problem.js';
import { SelectField } from '../ui/field.js';
import { nameOf } from '../ui/words.js';
import { Spinning } from '../ui/zoetrope.js';
import type { Brand } from './brand-form.js';

interface BrandPreviewProps {
  readonly project: Project;
  /** As it stands in the form, saved or not; null while it has no name. */
  readonly brand: Brand | null;
}

const PROVIDERS: Readonly<Record<string, string>> = {
  local: 'the local vision, which measures the picture',
  anthropic: 'Anthropic’s vision',
  replicate: 'a vision model at Replicate',
};

/** The motion prompt that this brand leads to, over one of the project's own pictures. */
export function BrandPreview({ project, brand }: BrandPreviewProps) {
  const { data } = useInfiniteQuery(assetsQuery(project.id, 'ready'));
  const assets = data?.pages.flatMap(({ items }) => items) ?? [];
  const [chosen, setChosen] = useState<string>();
  const asset = assets.find(({ id }) => id === chosen) ?? assets[0];
  const ask = useMutation({
    mutationFn: (asset_id: string) =>
      answer(
        api.POST('/api/projects/{id}/brand/preview', {
          params: { path: { id: project.id } },
          body: { brand, asset_id },
        }),
      ),
  });
  return (
    <section className="panel stack" aria-labelledby="preview">
      <h2 id="preview">The prompt it leads to</h2>
      {asset ? (
        <>
          <img
            className="preview-still"
            src={`/api/assets/${asset.id}/generations/${asset.generation}/poster`}
            alt={`Still of ${nameOf(asset.src_url)}`}
          />
          <SelectField
            label="Over the picture"
            value={asset.id}
            onChange={(event) => setChosen(event.target.value)}
          >
            {assets.map(({ id, src_url }) => (
              <option key={id} value={id}>
                {nameOf(src_url)}
              </option>
            ))}
          </SelectField>
          <div>
            <button
              type="button"
              className="button plain"
              disabled={ask.isPending}
              onClick={() => ask.mutate(asset.id)}
            >
              {ask.isPending ? <Spinning label="Looking at the picture" /> : null} Write the prompt
            </button>
          </div>
          <div aria-live="polite">
            {ask.data && (
              <blockquote className="prompt">
                {ask.data.prompt}
                <footer className="quiet small">
                  by {PROVIDERS[ask.data.provider] ?? ask.data.provider}; nothing was charged
                </footer>
              </blockquote>
            )}
          </div>
          <Problem error={ask.error} />
        </>
      ) : (
        <p className="quiet">
          Once a video of this project is live, its picture can be used to try the brand before you save it.
        </p>
      )}
    </section>
  );
}

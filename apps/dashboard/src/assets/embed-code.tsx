import { Tabs } from 'radix-ui';
import type { Asset } from '../api/types.js';
import { recipesOf } from '../snippets/embed.js';
import { Code } from '../ui/code.js';

/** How to put it on a page: the address, and recipes around it. */
export function EmbedCode({ asset }: { readonly asset: Asset }) {
  const recipes = recipesOf(asset);
  return (
    <section className="stack tight" aria-labelledby="embed">
      <h2 id="embed">Embed it</h2>
      <p className="quiet small">This address never changes, whatever you regenerate.</p>
      <Code text={asset.mp4_url} what="video URL" wrap />
      <Tabs.Root defaultValue={recipes[0]?.name ?? ''} className="stack tight">
        <Tabs.List className="tabs" aria-label="Recipe">
          {recipes.map(({ name }) => (
            <Tabs.Trigger key={name} className="tab" value={name}>
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {recipes.map(({ name, text, note }) => (
          <Tabs.Content key={name} value={name} className="stack tight">
            <Code text={text} what={`${name} embed`} wrap />
            {note && <p className="quiet small">{note}</p>}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </section>
  );
}

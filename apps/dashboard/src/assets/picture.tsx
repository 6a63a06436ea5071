import { useState } from 'react';
import type { Asset } from '../api/types.js';
import { Playing } from '../ui/playing.js';
import { nameOf } from '../ui/words.js';

/** The proxy's own poster, asked at the address that the browser is at. */
const posterOf = ({ poster_url }: Asset): string => {
  const { pathname, search } = new URL(poster_url);
  return pathname + search;
};

/** An asset as it is now: its video, or the still it will be made of, or an unexposed frame. */
export function Picture({ asset }: { readonly asset: Asset }) {
  const [broken, setBroken] = useState(false);
  const name = nameOf(asset.src_url);
  if (asset.generation > 0) {
    const { id, generation, mode } = asset;
    return <Playing assetId={id} generation={generation} mode={mode} label={`Video of ${name}`} />;
  }
  if (broken) return <div className="unexposed" role="img" aria-label={`${name}, no picture yet`} />;
  return (
    <img
      className="film still"
      src={posterOf(asset)}
      alt={`Still of ${name}`}
      loading="lazy"
      onError={() => setBroken(true)}
    />
  );
}

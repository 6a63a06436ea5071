import type { Asset } from '../api/types.js';

export const MODE_WORDS: Readonly<Record<Asset['mode'], string>> = {
  loop: 'loop',
  'animate-in': 'plays in',
  'animate-on-hover': 'on hover',
};

import { photoLike } from '@zoetrope/media/testing';
import type { KeyedCall } from '../support/keyed-call.ts';

export const picture = await photoLike({ width: 256, height: 256, seed: 1 });

const form = (): FormData => {
  const data = new FormData();
  data.append('file', new Blob([new Uint8Array(picture)]), 'a.jpg');
  return data;
};

/** The same picture each time it is sent. */
export const uploadUnder = (key: string): KeyedCall => ({ path: '/api/v1/upload', key, body: form });

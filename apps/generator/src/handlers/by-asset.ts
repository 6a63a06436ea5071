import type { Lane } from '@zoetrope/eventlog/on-fact';
import { z } from 'zod';

const entry = z.object({ assetId: z.string() });

/** Outcomes of one asset stay in order; an owner's other assets, maybe thousands, do not wait for them. */
export const byAsset: Lane = ({ subject, data }) => {
  const parsed = entry.safeParse(jsonOf(data));
  return parsed.success ? parsed.data.assetId : subject;
};

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined; // no fact: the transport says so
  }
}

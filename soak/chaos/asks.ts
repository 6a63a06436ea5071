import type { KeyedCall } from '../support/keyed-call.ts';
import type { Random } from '../support/random.ts';

/** What is wrong with a call, and the answer it must get. */
export interface BadCall {
  readonly call: KeyedCall;
  readonly status: number;
  /** Without the session. */
  readonly stranger?: true;
  readonly text?: string;
}

/** Odds of what goes wrong at the provider with a generation, by the words that ask its fixture for it. */
const FAULTS: readonly (readonly [number, (random: Random) => string])[] = [
  [0.03, () => '[[fault:fail]]'],
  [0.03, () => '[[fault:refuse=503]]'],
  [0.04, () => '[[fault:lost-webhook]]'],
  [0.04, () => '[[fault:duplicate-webhook=2]]'],
  [0.04, () => '[[fault:late-webhook=3000]]'],
  [0.03, () => '[[fault:cut-reply]]'],
  [0.02, () => '[[fault:wrong-output=html]]'],
  // Most of them take their time, so that many are in flight.
  [0.6, (random) => `[[fault:slow=${Math.round(random.between(800, 5_000))}]]`],
];

/** A prompt for the provider; undefined leaves it to vision. */
export function promptOf(random: Random): string | undefined {
  let at = random.next();
  for (const [odds, words] of FAULTS) {
    if (at < odds) return `A slow pan. ${words(random)}`;
    at -= odds;
  }
  return undefined;
}

/** What a regenerate asks for; now and then nothing at all. */
export function regenerateBody(random: Random): object | undefined {
  const prompt = promptOf(random);
  if (prompt === undefined && random.next() < 0.3) return undefined;
  return {
    ...(prompt !== undefined && { prompt_override: prompt }),
    ...(random.next() < 0.4 && { seed: random.below(1_000) }),
    ...(random.next() < 0.3 && { mode: random.pick(['loop', 'animate-in', 'animate-on-hover'] as const) }),
    ...(random.next() < 0.2 && { motion: random.pick(['subtle', 'medium', 'kinetic'] as const) }),
  };
}

/** A call that must change nothing. `foreign`: an asset of somebody else. */
export function badCall(
  random: Random,
  { key, asset, foreign, projectId }: { key: string; asset: string; foreign: string; projectId: string },
): BadCall {
  const path = `/api/assets/${asset}/regenerate`;
  const notFound = '{"error":"not found"}';
  return random.pick<BadCall>([
    { call: { path, key, body: { dur_seconds: 99 } }, status: 400 },
    { call: { path, key, body: { src: 'https://example.com/a.png' } }, status: 400 },
    { call: { path, key, body: { seed: -1 } }, status: 400 },
    { call: { path, key, raw: { text: '{"seed":', type: 'application/json' } }, status: 400 },
    { call: { path, key, raw: { text: 'seed=1', type: 'text/plain' } }, status: 415 },
    { call: { path, key, body: { prompt_override: 'x'.repeat(70_000) } }, status: 413 },
    { call: { path, key }, stranger: true, status: 401, text: '{"error":"authentication required"}' },
    { call: { path: `/api/assets/${foreign}/regenerate`, key }, status: 404, text: notFound },
    { call: { path: `/api/assets/${foreign}/cancel`, key }, status: 404, text: notFound },
    { call: { path: '/api/v1/prepare', key, body: { project_id: projectId } }, status: 400 },
    {
      call: { path: '/api/v1/prepare', key, body: { project_id: projectId, src: 'file:///etc/passwd' } },
      status: 400,
    },
  ]);
}

import type { TestSystem } from './system.js';

export interface JournalPrediction {
  readonly id: string;
  readonly stage: string;
  readonly attempt: number;
}

interface JournalLine {
  readonly event: string;
  readonly id: string;
  readonly webhook?: string;
}

/** The predictions that the renderer's own journal holds for one generation, told apart by their callback address. */
export async function predictionsOf(
  system: TestSystem,
  assetId: string,
  generation: number,
): Promise<JournalPrediction[]> {
  const response = await fetch(`${system.rendererUrl}/_local/journal`, {
    headers: { authorization: `Bearer ${system.secrets.rendererToken}` },
  });
  if (response.status !== 200) throw new Error(`the journal answered ${response.status}`);
  const { lines } = (await response.json()) as { lines: JournalLine[] };
  const wanted = `/${assetId}/${generation}/`;
  return lines.flatMap(({ event, id, webhook = '' }) => {
    if (event !== 'created' || !webhook.includes(wanted)) return [];
    const [stage = '', attempt = ''] = webhook.slice(webhook.indexOf(wanted) + wanted.length).split('/');
    return [{ id, stage, attempt: Number(attempt) }];
  });
}

export type Fault =
  | { kind: 'slow'; ms: number }
  | { kind: 'fail'; error?: string }
  | { kind: 'lost-webhook' };

/** What goes wrong with the renderer's next predictions, one each. */
export async function nextPredictions(system: TestSystem, ...next: Fault[]): Promise<void> {
  const response = await fetch(`${system.rendererUrl}/_local/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${system.secrets.rendererToken}` },
    body: JSON.stringify({ next }),
  });
  if (!response.ok) throw new Error(`faults answered ${response.status} ${await response.text()}`);
}

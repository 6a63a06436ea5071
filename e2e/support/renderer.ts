import type { TestSystem } from './system.js';

export interface JournalPrediction {
  readonly id: string;
  readonly stage: string;
  readonly attempt: number;
}

interface JournalLine {
  readonly event?: string;
  readonly id?: string;
  readonly webhook?: string;
  readonly prediction?: { id?: string; webhook?: string };
}

/** The predictions that the renderer's own journal holds for one generation, told apart by their callback address. */
export async function predictionsOf(
  system: TestSystem,
  assetId: string,
  generation: number,
): Promise<JournalPrediction[]> {
  const text = await (await fetch(`${system.rendererUrl}/_local/journal`)).text();
  const wanted = `/${assetId}/${generation}/`;
  const found = new Map<string, JournalPrediction>();
  for (const line of journalLines(text)) {
    const id = line.id ?? line.prediction?.id;
    const webhook = line.webhook ?? line.prediction?.webhook;
    if (!id || !webhook?.includes(wanted)) continue;
    const [stage = '', attempt = ''] = webhook.slice(webhook.indexOf(wanted) + wanted.length).split('/');
    found.set(id, { id, stage, attempt: Number(attempt) });
  }
  return [...found.values()];
}

/** The journal comes as a JSON array, or as one JSON object a line. */
function journalLines(text: string): JournalLine[] {
  if (!text.trimStart().startsWith('{')) {
    const parsed = JSON.parse(text) as JournalLine[] | { items: JournalLine[] };
    return Array.isArray(parsed) ? parsed : parsed.items;
  }
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as JournalLine);
}

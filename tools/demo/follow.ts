import { EVENT_NAMES } from '@zoetrope/contracts/events';
import { EventSource } from 'eventsource';
import { StageBars } from './stage-bars.ts';

interface Event {
  generation: number;
  stage?: string;
  progress?: number;
  error_code?: string;
}

/**
 * Follows an asset's events and draws a bar for each stage until `generation` ends.
 *
 * @throws Error when it failed or was cancelled
 */
export function follow(url: string, generation: number): Promise<void> {
  const bars = new StageBars();
  const source = new EventSource(url);
  return new Promise<void>((resolve, reject) => {
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (message) => {
        const event = JSON.parse(String(message.data)) as Event;
        if (event.generation !== generation) return;
        bars.show(name, event);
        if (name === 'ready') resolve();
        if (name === 'failed' || name === 'cancelled')
          reject(new Error(`${name}: ${event.error_code ?? 'no reason'}`));
      });
    }
    source.addEventListener('error', (error) => {
      // 4xx ends it; anything else, EventSource reconnects by itself and resumes.
      if (error.code !== undefined && error.code >= 400 && error.code < 500)
        reject(new Error(`${url}: ${error.code}`));
    });
  }).finally(() => {
    source.close();
    bars.end();
  });
}

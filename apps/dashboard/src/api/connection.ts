import { store } from './store.js';

/** How long until the next look whether the server is back, ms; the last one repeats. */
const LOOKS_MS = [500, 1_000, 2_000, 4_000];

/** Whether the last call found nobody. */
export const isAway = store(false);
/** Whether a call of somebody who was signed in was told that nobody is. */
export const hasExpired = store(false);

let looking = false;

/** Called when a call got no answer: raises the banner and looks until the server answers. */
export function lostServer(): void {
  isAway.set(true);
  if (looking) return;
  looking = true;
  void look(0);
}

async function look(n: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, LOOKS_MS[Math.min(n, LOOKS_MS.length - 1)]));
  const answers = await fetch('/health/ready', { cache: 'no-store' }).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!answers) return look(n + 1);
  looking = false;
  isAway.set(false);
}

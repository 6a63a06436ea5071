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

/**
 * Called when a call was told that nobody is signed in: it may have been on its way since before somebody signed in
 * again, so the session itself is asked.
 */
export async function doubtSession(): Promise<void> {
  const answer = await fetch('/api/user/session', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) return;
  const { user } = (await answer.json()) as { user: object | null };
  if (!user) hasExpired.set(true);
}

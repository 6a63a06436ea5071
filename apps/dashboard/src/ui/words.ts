const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const number = new Intl.NumberFormat('en');

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `3 minutes ago`, `in 2 days`, `just now`. */
export function ago(ts: number, now = Date.now()): string {
  const gone = ts - now;
  const [unit, ms] = UNITS.find(([, size]) => Math.abs(gone) >= size) ?? [];
  return unit && ms ? relative.format(Math.round(gone / ms), unit) : 'just now';
}

export const dateOf = (ts: number): string => day.format(ts);
export const momentOf = (ts: number): string => moment.format(ts);
export const clockOf = (ts: number): string => clock.format(ts);
export const count = (n: number): string => number.format(n);

/** `1 generation`, `2 generations`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

export const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

/** `840 ms`, `4.2 s`. */
export const duration = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

export const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What a person calls a source: the end of its address. */
export function nameOf(src: string): string {
  const end = src.split(/[?#]/, 1)[0]?.split('/').filter(Boolean).at(-1) ?? src;
  const bare = /^[0-9a-f]{32,}\.(\w+)$/.exec(end);
  return bare ? `Upload ${end.slice(0, 6)}` : readable(end);
}

/** Without its percent signs, where they mean anything. */
function readable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

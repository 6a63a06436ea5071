import type { Row } from './checks.ts';

const heads = [
  'plan',
  'mode',
  'motion',
  'aspect',
  's',
  'size',
  'fps',
  'frames',
  'kB',
  'loop',
  'step',
  'seam',
];

const cells = ({ asked, served, video }: Row): string[] => [
  asked.plan,
  asked.mode,
  asked.motion,
  asked.aspect,
  String(asked.seconds),
  `${video.width}x${video.height}`,
  video.fps.toFixed(2),
  String(video.frames),
  (video.bytes / 1000).toFixed(0),
  served.loop,
  video.step.toFixed(2),
  video.seam.toFixed(2),
];

/**
 * The matrix as lines of text. `step` is the median difference of neighbouring frames, `seam` the one from the last
 * frame to the first, in levels of luma, `ratio` the latter in steps.
 */
export function table(rows: readonly { row: Row; faults: readonly string[] }[]): string[] {
  const lines = rows.map(({ row, faults }) => [
    ...cells(row),
    (row.video.seam / (row.video.step || 1)).toFixed(2),
    faults.length === 0 ? 'ok' : `WRONG ${faults.join(', ')}`,
  ]);
  const all = [[...heads, 'ratio', 'verdict'], ...lines];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((line) => line[i]?.length ?? 0))) ?? [];
  return all.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

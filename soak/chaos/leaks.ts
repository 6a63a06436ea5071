import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { treeBytes } from '../support/memory.ts';
import { megabytes, type Results } from '../support/results.ts';
import type { Stage } from './stage.ts';

/** What a process holds. */
interface Holding {
  readonly sockets: number;
  readonly files: number;
  /** Of Node's own account: what keeps the process alive. Absent for native servers. */
  readonly timers?: number;
  readonly bytes: number;
}
type Holdings = ReadonlyMap<string, Holding>;

/** More than this than after the warm-up is a leak. Pools breathe, and a heap grows to what it was allowed. */
const MORE_SOCKETS = 10;
const MORE_FILES = 14;
const MORE_TIMERS = 10;
const MORE_BYTES = 150 * 2 ** 20;
/** Pools close what is idle within this time. */
const SETTLE_MS = 45_000;
const LOOK_MS = 1_000;
const ANSWER_MS = 10_000;

const NODE = new Set(['gateway', 'quota', 'generator', 'notifier', 'renderer']);

/** What every process holds now. */
export async function holdings(stage: Stage): Promise<Holdings> {
  const found = new Map<string, Holding>();
  for (const part of stage.parts) {
    const pid = await part.pid();
    const timers = NODE.has(part.kind) ? await timersOf(pid, stage.inside) : undefined;
    found.set(part.name, { ...filesOf(pid), timers, bytes: treeBytes(pid) });
  }
  found.set('postgres clients', { sockets: await clientsOf(stage), files: 0, bytes: 0 });
  return found;
}

function filesOf(pid: number): { sockets: number; files: number } {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(path.join(folder, name));
    } catch {
      return ''; // closed meanwhile
    }
  });
  const sockets = targets.filter((target) => target.startsWith('socket:')).length;
  return { sockets, files: targets.length - sockets };
}

/** Asks a process what keeps it alive (`support/inside.mjs`). */
async function timersOf(pid: number, inside: string): Promise<number> {
  const file = path.join(inside, `${pid}.json`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const end = performance.now() + ANSWER_MS; !existsSync(file); await delay(20))
    if (performance.now() > end) throw new Error(`process ${pid} does not say what it holds`);
  const { counts } = JSON.parse(readFileSync(file, 'utf8')) as { counts: Record<string, number> };
  return counts.Timeout ?? 0;
}

async function clientsOf({ system }: Stage): Promise<number> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    const text = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database()';
    return (await client.query<{ count: number }>(text)).rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

function excess(before: Holdings, now: Holdings): string[] {
  return [...now].flatMap(([name, held]) => {
    const base = before.get(name) ?? { sockets: 0, files: 0, timers: 0, bytes: 0 };
    const found: string[] = [];
    const more = (
      what: string,
      is: number,
      was: number,
      allowed: number,
      text: (value: number) => string = String,
    ) => {
      if (is > was + allowed) found.push(`${name} has ${text(is)} ${what}, ${text(was)} before`);
    };
    more('sockets', held.sockets, base.sockets, MORE_SOCKETS);
    more('open files', held.files, base.files, MORE_FILES);
    more('timers', held.timers ?? 0, base.timers ?? 0, MORE_TIMERS);
    more('of memory', held.bytes, base.bytes, MORE_BYTES, megabytes);
    return found;
  });
}

const worst = (before: Holdings, now: Holdings, of: (held: Holding) => number | undefined): string => {
  const grown = [...now].map(([name, held]) => {
    const was = before.get(name);
    return { name, by: (of(held) ?? 0) - ((was && of(was)) ?? 0) };
  });
  const most = grown.sort((a, b) => b.by - a.by)[0];
  return `${most?.name} ${(most?.by ?? 0) >= 0 ? '+' : ''}${most?.by}`;
};

/** Once everything has come to rest, no process holds more than after the warm-up. */
export async function checkLeaks(stage: Stage, before: Holdings, results: Results): Promise<void> {
  let now = await holdings(stage);
  for (
    const end = performance.now() + SETTLE_MS;
    excess(before, now).length > 0;
    now = await holdings(stage)
  ) {
    if (performance.now() > end) break;
    await delay(LOOK_MS); // what is idle is closed after a while
  }
  const timers = worst(before, now, (held) => held.timers);
  const sockets = worst(before, now, ({ sockets }) => sockets);
  const memory = worst(before, now, ({ bytes }) => Math.round(bytes / 2 ** 20));
  results.figure('grown most', `sockets ${sockets}, timers ${timers}, memory ${memory} MB`);
  results.rule('no process leaks', excess(before, now));
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import { fastLink } from '../support/relay.ts';
import type { Stage } from './stage.ts';
import type { Truth } from './truth.ts';

/** What goes wrong in one round: begun before the regenerate, undone after its announcement. */
export interface Fault {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** Of a fill that is under way in mid-generation. */
const FILL_MS = 1_500;
const SLOW_BYTES_PER_SECOND = 60_000;
/** In turn: beyond what a switch waits for a fill, and well within it. */
const HELD_MS = [8_000, 500, 2_000] as const;
/** Varnish has banned what it had by then. */
const AFTER_PURGE_MS = 200;
const HELD_MOST_MS = 60_000;
/** Longer than a lease, so that the others go on without the paused one. */
const PAUSE_MS = 13_000;

/**
 * A fill that was storable when it began reaches Varnish only after the purge, unless the switch waits for it: for
 * `heldMs` after the new video is stored, which may be longer than a switch's patience. Later fills are slow.
 */
const slowFills = (
  { fills, evict }: Stage,
  truth: Truth,
  random: Random,
  assetId: string,
  heldMs: number,
): Fault => ({
  name: 'slow fills',
  async begin() {
    const { stored, purges } = truth;
    const untilPurged = async () => {
      await truth.until('a video is stored', () => truth.stored > stored, HELD_MOST_MS);
      await Promise.race([
        delay(heldMs),
        truth.until('a purge', () => truth.purges > purges, HELD_MOST_MS).then(() => delay(AFTER_PURGE_MS)),
      ]);
    };
    const link = () => ({
      hold: () => (truth.inFlight ? delay(random.between(0, FILL_MS)) : untilPurged()),
      bytesPerSecond: SLOW_BYTES_PER_SECOND,
    });
    for (const relay of fills) relay.link = link;
    await evict(assetId);
    await truth.until('a fill is open', () => fills.some(({ busy }) => busy > 0), 20_000);
  },
  end() {
    for (const relay of fills) relay.link = () => fastLink;
  },
});

const refusedPurges = ({ purges }: Stage): Fault => ({
  name: 'first purges fail',
  begin() {
    purges.refuse = 2;
  },
  end() {
    purges.refuse = 0;
  },
});

const killedGateway = ({ system }: Stage, random: Random): Fault => ({
  name: 'gateway killed',
  async begin() {
    await random.pick(system.copies.gateway).kill('SIGKILL');
  },
  async end() {
    await Promise.all(system.copies.gateway.map((copy) => copy.up()));
  },
});

const cutLink = ({ nats }: Stage): Fault => ({
  name: 'NATS link cut',
  begin: () => nats.cut(),
  end: () => nats.mend(),
});

const pausedGateway = ({ system }: Stage): Fault => {
  let resumed = Promise.resolve();
  return {
    name: 'gateway paused',
    async begin() {
      const { pid } = (await system.copies.gateway.at(-1)?.up()) ?? { pid: 0 };
      process.kill(pid, 'SIGSTOP');
      resumed = new Promise((resolve) =>
        setTimeout(() => {
          process.kill(pid, 'SIGCONT');
          resolve();
        }, PAUSE_MS),
      );
    },
    end: () => resumed,
  };
};

const none: Fault = { name: 'none', begin: () => {}, end: () => {} };

/** A fault for each round; slow fills most often, what costs a lease's time least. */
export function faultOf(stage: Stage, truth: Truth, random: Random, assetId: string, round: number): Fault {
  const heldMs = HELD_MS[Math.floor(round / 2) % HELD_MS.length] ?? 0;
  const slow = slowFills(stage, truth, random, assetId, heldMs);
  const kinds = [slow, none, slow, refusedPurges(stage), slow, killedGateway(stage, random), slow];
  const rare = [cutLink(stage), pausedGateway(stage)];
  const fault = round % 8 === 7 ? rare[((round - 7) / 8) % rare.length] : kinds[round % 8];
  return fault ?? none;
}

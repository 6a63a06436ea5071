import { describe, expect, it } from '@jest/globals';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { type FactReader, factReader } from '@zoetrope/eventlog/fact-reader';
import type { DataSource } from 'typeorm';
import { PROJECTIONS } from './all.js';
import { assetProjection } from './asset-projection.js';
import type { Projection } from './projection.js';
import { Projector } from './projector.js';
import { Rebuild } from './rebuild.js';

/**
 * What a replay can reach. Each `@ts-expect-error` is a test of the type check (`npm run check`), which fails where the
 * line below it would compile. Nothing here is run that needs a server.
 */
const database = {} as DataSource;
const log = { follow: async () => undefined, append: () => 'appended', alarms: {} } as unknown as EventLog;

/** As an app would have one: it appends and asks. */
class PurgeCachesWhenMp4Stored {
  readonly name = 'purges';
  readonly stream = 'ASSETS' as const;
  readonly tables = ['asset'] as const;
  touches = () => [];
  apply = async () => ({ kind: 'done' as const });
}

describe('a replay', () => {
  it('takes projections and nothing that merely looks like one', () => {
    const reactor = new PurgeCachesWhenMp4Stored();
    // @ts-expect-error a reactor is no projection
    const taken: Projection = reactor;
    // @ts-expect-error nor is a copy of a projection's parts: only `projection()` makes one
    const copied: Projection = { ...reactor, apply: () => undefined };
    expect(PROJECTIONS).not.toContain(taken);
    expect(PROJECTIONS).not.toContain(copied);
  });

  it('reads the log through what cannot write, in types and in fact', () => {
    // @ts-expect-error a log that can append is not taken
    const reader: FactReader = log;
    // @ts-expect-error nor here
    expect(() => new Projector({ database, log, projection: assetProjection })).not.toThrow();
    // @ts-expect-error nor here
    const begin = () => Rebuild.begin({ database, log, projection: assetProjection });
    expect(begin).toBeInstanceOf(Function);
    expect(reader).toBe(log);
    expect(Object.keys(factReader(log)).sort()).toEqual(['follow', 'get', 'streamInfo']);
    expect(factReader(log)).not.toHaveProperty('append');
    expect(Object.isFrozen(factReader(log))).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { CommandId, ProjectId, ProxyKey } from '@zoetrope/contracts/ids';
import { randomIds, systemClock } from './clock.js';

describe('randomIds', () => {
  it('makes names that contracts accept, each another one', () => {
    for (const [schema, make] of [
      [ProjectId, randomIds.projectId],
      [CommandId, randomIds.commandId],
      [ProxyKey, randomIds.proxyKey],
    ] as const) {
      expect(schema.safeParse(make()).success).toBe(true);
      expect(make()).not.toBe(make());
    }
    expect(randomIds.hex(4)).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('systemClock', () => {
  it('tells Unix milliseconds', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });
});

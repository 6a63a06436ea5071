import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { endUntaken } from '@zoetrope/domain/generation-decisions';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { Generations } from './generations.js';
import { causeOf, Takings } from './handlers/takings.js';
import { TestAsset } from './testing/asset.js';

/** Real: a broker. One of two copies is held between its two reads while the other records an end. */
let server: LogServer;
let logs: Record<'gateway' | 'quota' | 'generator', EventLog>;
beforeAll(async () => {
  server = await LogServer.start();
  logs = {
    gateway: await server.connect('gateway'),
    quota: await server.connect('quota'),
    generator: await server.connect('generator'),
  };
});
afterAll(() => server?.stop());

/** The log as it is, but `between` happens once, after the first look at what stands there. */
const interrupted = (between: () => Promise<unknown>): EventLog => {
  let isFirst = true;
  return {
    ...logs.generator,
    readCurrent: async (subject, range) => {
      const facts = await logs.generator.readCurrent(subject, range);
      if (isFirst) {
        isFirst = false;
        await between();
      }
      return facts;
    },
  };
};

it('a generation that another copy ends while it is read is read as ended, so it ends once', async () => {
  const asset = new TestAsset({ logs });
  await asset.prepare('https://e.com/a.png', {});
  const { data, meta } = await asset.reserve(1);
  const end = (takings: Takings, id: string) =>
    takings.decide(data, { ...causeOf({ data, meta } as never), id }, endUntaken('requested'));
  const other = new Takings(logs.generator, new Generations(logs.generator));
  const slow = interrupted(() => end(other, 'the cancel'));
  await end(new Takings(slow, new Generations(slow)), 'the reservation');
  const facts = await logs.generator.readCurrent(assetSubject(asset.assetId, 'generation'));
  expect(facts.map(({ type }) => type)).toEqual(['GenerationCancelled']);
});

import { type Broker, persist } from './broker.js';
import type { Snapshots } from './event-log.js';
import { SNAPSHOTS_STREAM, snapshotSubject } from './streams.js';

/** Texts on a KV bucket. */
export const snapshotsOn = (broker: Broker): Snapshots => ({
  get: (key) =>
    persist(broker, `snapshot ${key}`, async () => {
      const query = { last_by_subj: snapshotSubject(key) };
      const message = await broker.manager.direct.getMessage(SNAPSHOTS_STREAM, query);
      return message?.string();
    }),
  async put(key, text) {
    await persist(broker, `snapshot ${key}`, () => broker.jetstream.publish(snapshotSubject(key), text));
  },
});

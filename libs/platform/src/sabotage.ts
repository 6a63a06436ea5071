/**
 * Guards that a checker may have switched off, to show that it would notice. One word for each; never set in
 * production: a service that runs with one says so at every start.
 */
export const sabotages = [
  /** Every service: acknowledges a message before its work is done, so whoever dies takes the work along. */
  'ack-first',
  /** Ledger: appends without its expectation, so two copies may both decide on the same state. */
  'no-expectation',
  /** Gateway: claims an Idempotency-Key again whoever has claimed it. */
  'forget-key',
  /** Gateway: says "not found" as soon as it knows, so that a stranger's clock can tell somebody else's from nothing. */
  'uneven-time',
  /** Generator: calls the provider again for an attempt that somebody else has started. */
  'call-twice',
  /** Generator: sets no alarm, so whatever reports nothing is forgotten. */
  'forget-alarm',
  /** Media: leaves a loop open. */
  'no-loop',
  /** Notifier: announces without purging the caches. */
  'no-purge',
  /** Notifier: switches without asking the gateways first. */
  'no-barrier',
  /** Notifier: sends an event of a stream twice. */
  'repeat-event',
  /** Notifier: leaves an event of a stream out. */
  'skip-event',
  /** Notifier: delivers for all endpoints in one lane. */
  'shared-lane',
] as const;

export type Sabotage = (typeof sabotages)[number];

const asked = (process.env.ZOETROPE_SABOTAGE ?? '').split(',').filter(Boolean);

/** Names in ZOETROPE_SABOTAGE (comma-separated) that are in force in this process. */
export const activeSabotages: readonly Sabotage[] = sabotages.filter((name) => asked.includes(name));

/** Names in ZOETROPE_SABOTAGE that nobody knows: a checker that sets one would prove nothing. */
export const unknownSabotages: readonly string[] = asked.filter(
  (name) => !(sabotages as readonly string[]).includes(name),
);

/** Whether the guard of that name is switched off in this process. */
export const sabotaged = (name: Sabotage): boolean => activeSabotages.includes(name);

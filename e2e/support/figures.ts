export const SERVICES = ['gateway', 'quota', 'generator', 'notifier'] as const;

/**
 * What the services count after one asset's first generation (animate-in) and one regenerate as a loop, while one event
 * stream is open.
 */
export const AFTER_TWO_GENERATIONS: readonly [
  (typeof SERVICES)[number],
  string,
  Record<string, string>,
  number,
][] = [
  ['gateway', 'zoetrope_accept_seconds_count', { outcome: 'reserved' }, 2],
  ['gateway', 'zoetrope_http_request_seconds_count', { route: '/api/assets/:id/regenerate' }, 1],
  ['gateway', 'zoetrope_sse_open', {}, 1],
  ['gateway', 'zoetrope_projection_lag_facts', { stream: 'ASSETS' }, 0],
  ['gateway', 'zoetrope_projection_lag_seconds', { stream: 'QUOTA' }, 0],
  ['quota', 'zoetrope_facts_total', { type: 'GenerationCharged' }, 2],
  ['quota', 'zoetrope_queue_pending', { durable: 'quota-decide' }, 0],
  ['generator', 'zoetrope_stage_seconds_count', { stage: 'vision' }, 2],
  ['generator', 'zoetrope_stage_seconds_count', { stage: 'stage2' }, 1],
  ['generator', 'zoetrope_provider_seconds_count', { call: 'POST models predictions', status: '201' }, 3],
  ['quota', 'zoetrope_queue_wait_seconds_count', { durable: 'quota-decide' }, 2],
  ['notifier', 'zoetrope_webhook_attempt_seconds_count', { outcome: 'delivered' }, 2],
  ['notifier', 'zoetrope_announce_seconds_count', {}, 2],
  ['notifier', 'zoetrope_sse_open', {}, 1],
];

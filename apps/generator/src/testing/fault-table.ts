/** What goes wrong with the single stage of one generation, and how it ends. */
export interface FaultRow {
  /** One item a prediction: a fault of the renderer, several, or none. */
  readonly faults: readonly (object | readonly object[])[];
  /** `good`: with its video. */
  readonly ends: 'good' | 'i2v_failed';
  readonly attempts?: number;
  /** Predictions in the renderer's journal; default one. */
  readonly predictions?: number;
  readonly message?: RegExp;
  /** What operators are told, and nobody else. */
  readonly detail?: RegExp;
}
const output = (how: string) => [{ kind: 'wrong-output', how }];

/** The rows of this app's README that a provider causes, walked by `faults.int.spec.ts`. */
export const FAULT_TABLE: Readonly<Record<string, FaultRow>> = {
  'creation answered 503, then 429 with Retry-After': {
    faults: [
      { kind: 'refuse', status: 503 },
      { kind: 'refuse', status: 429, retry_after: 6 },
    ],
    ends: 'good',
    attempts: 3,
  },
  'creation answered 500 three times': {
    faults: [
      { kind: 'refuse', status: 500 },
      { kind: 'refuse', status: 500 },
      { kind: 'refuse', status: 500 },
    ],
    ends: 'i2v_failed',
    attempts: 3,
    predictions: 0,
    message: /status 500/,
  },
  'creation answered 422': {
    faults: [{ kind: 'refuse', status: 422 }],
    ends: 'i2v_failed',
    predictions: 0,
    message: /status 422/,
  },
  'creation answered 401': { faults: [{ kind: 'refuse', status: 401 }], ends: 'i2v_failed', predictions: 0 },
  "creation's reply lost": { faults: [[{ kind: 'cut-reply' }]], ends: 'good' },
  "creation's reply lost, and slower than a creation is waited for": {
    faults: [[{ kind: 'cut-reply' }, { kind: 'slow', ms: 12_000 }]],
    ends: 'good',
  },
  'fails with a fault of the machine': {
    faults: [{ kind: 'fail', error: 'CUDA out of memory' }],
    ends: 'good',
    attempts: 2,
    predictions: 2,
  },
  'fails because of what was asked': {
    faults: [{ kind: 'fail', error: 'the input was flagged as sensitive' }],
    ends: 'i2v_failed',
    message: /^the model refused this picture or prompt$/,
    detail: /flagged as sensitive/,
  },
  'question answered 502': { faults: [[{ kind: 'refuse-get', status: 502 }]], ends: 'good' },
  'question answered 429': {
    faults: [[{ kind: 'refuse-get', status: 429, retry_after: 6 }]],
    ends: 'good',
  },
  slow: { faults: [[{ kind: 'slow', ms: 1_500 }]], ends: 'good' },
  'callback lost': { faults: [[{ kind: 'lost-webhook' }]], ends: 'good' },
  'callback three times': { faults: [[{ kind: 'duplicate-webhook', times: 2 }]], ends: 'good' },
  'callback after the poll': { faults: [[{ kind: 'late-webhook', ms: 12_000 }]], ends: 'good' },
  'callback forged': {
    faults: [[{ kind: 'forged-webhook' }, { kind: 'slow', ms: 1_000 }]],
    ends: 'good',
  },
  'output is a list': { faults: [output('list')], ends: 'good' },
  'output is no video': { faults: [output('bytes')], ends: 'i2v_failed', message: /no readable video/ },
  'output is cut short': { faults: [output('truncated')], ends: 'i2v_failed' },
  'output is a page': { faults: [output('html')], ends: 'i2v_failed', message: /no readable video/ },
  'output is not H.264': { faults: [output('codec')], ends: 'i2v_failed', message: /codec mpeg4/ },
  'output is one frame': { faults: [output('still')], ends: 'i2v_failed', message: /1 frames/ },
  'output is too long': { faults: [output('long')], ends: 'i2v_failed', message: /60000 ms/ },
  'output is too big': { faults: [output('big')], ends: 'i2v_failed', message: /over 2097152 bytes/ },
  'output is gone': { faults: [output('expired')], ends: 'i2v_failed', message: /status 404/ },
  'no output at all': { faults: [output('none')], ends: 'i2v_failed', message: /without an output/ },
};

import { describe, expect, it } from '@jest/globals';
import { type LiveEvent, merged, sequenceOf } from './events.js';
import { progressOf } from './stages.js';

const event = (name: LiveEvent['event'], more: Partial<LiveEvent> = {}): LiveEvent => ({
  event: name,
  asset_id: 'a',
  generation: 1,
  ts: 1,
  ...more,
});
const states = (events: LiveEvent[], mode: 'loop' | 'animate-in' = 'loop') =>
  progressOf(events, mode).stages.map(({ key, state }) => `${key} ${state}`);

const halfWay = [
  event('queued'),
  event('vision_started', { stage: 'vision' }),
  event('vision_completed', { stage: 'vision', latency_ms: 40 }),
  event('stage_started', { stage: 'stage1' }),
  event('stage_progress', { stage: 'stage1', progress: 0.4 }),
];

describe('the stages of a generation', () => {
  it('run one after the other', () => {
    expect(states(halfWay)).toEqual([
      'queued done',
      'vision done',
      'stage1 running',
      'stage2 waiting',
      'merge waiting',
      'r2_write waiting',
      'live waiting',
    ]);
    const { stages, outcome } = progressOf(halfWay, 'loop');
    expect([stages[1]?.latencyMs, stages[2]?.progress, outcome]).toEqual([40, 0.4, 'running']);
  });

  it('show progress that never goes back, except for a new attempt', () => {
    const late = [...halfWay, event('stage_progress', { stage: 'stage1', progress: 0.2 })];
    expect(progressOf(late, 'loop').stages[2]?.progress).toBe(0.4);
    const again = [...halfWay, event('stage_started', { stage: 'stage1', attempt: 2 })];
    expect(progressOf(again, 'loop').stages[2]).toMatchObject({ progress: 0, attempt: 2 });
  });

  it('are all done but for going live when the bytes are stored, and then that as well', () => {
    const stored = [...halfWay, event('r2_write_completed', { stage: 'r2_write' })];
    expect(states(stored).slice(-2)).toEqual(['r2_write done', 'live running']);
    const ready = progressOf([...stored, event('ready', { unconfirmed: ['varnish'] })], 'loop');
    expect(ready.stages.every(({ state }) => state === 'done')).toBe(true);
    expect([ready.outcome, ready.note]).toEqual(['ready', 'Not confirmed yet by: varnish']);
  });

  it('stop where it failed, and skip the rest', () => {
    const failed = [...halfWay, event('failed', { error_code: 'i2v_failed', error_msg: 'no luck' })];
    expect(states(failed).slice(2, 4)).toEqual(['stage1 failed', 'stage2 skipped']);
    expect(progressOf(failed, 'loop')).toMatchObject({ outcome: 'failed', note: 'i2v_failed: no luck' });
    const over = [...halfWay, event('cancelled', { reason: 'superseded' })];
    expect(progressOf(over, 'loop').note).toBe('A newer request took its place');
  });

  it('say that they try again', () => {
    const retry = [
      ...halfWay,
      event('retry_scheduled', { stage: 'stage1', attempt: 1, error_code: 'i2v_failed' }),
    ];
    expect(progressOf(retry, 'loop').note).toContain('attempt 2 of 3');
  });

  it('are one animation where nothing loops', () => {
    expect(states([], 'animate-in')).toEqual([
      'queued waiting',
      'vision waiting',
      'single waiting',
      'merge waiting',
      'r2_write waiting',
      'live waiting',
    ]);
  });
});

describe('events from the log and from the stream', () => {
  it('are told once, in the order of the log', () => {
    const log = [event('queued', { id: '2' }), event('vision_started', { id: '9' })];
    const stream = [event('vision_started', { id: '9' }), event('vision_completed', { id: '10' })];
    expect(merged(log, stream).map(({ id }) => id)).toEqual(['2', '9', '10']);
    expect(merged(stream, log).map(({ id }) => id)).toEqual(['2', '9', '10']);
    expect(merged(log, log)).toBe(log);
    expect(sequenceOf('abc-17')).toBe('17');
  });
});

import { describe, expect, it } from '@jest/globals';
import { EventData, ProgressReport } from '@zoetrope/contracts/events';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { View } from '@zoetrope/domain/event-data';
import { epochOf, formatCursor, parseCursor } from './cursor.js';
import { frameOf, progressFrame } from './frames.js';

const fact = (type: string, data: object): Recorded => ({
  type,
  version: 1,
  data: { assetId: 'a1', generation: 3, ...data },
  meta: {
    ...{ id: 'f', stream: 'ASSETS', subject: 's', causeId: 'c' },
    ...{ seq: 42, ts: 1_800_000_000_000, requestId: 'req-9' },
  },
});
const dataOf = (frame: string | undefined) => JSON.parse(/^data: (.*)$/m.exec(frame ?? '')?.[1] ?? 'null');
const told = (type: string, data: object, view: View = 'owner') =>
  dataOf(frameOf(fact(type, data), 'e1', view));

describe('a frame', () => {
  it('is id, event, data and an empty line', () => {
    expect(frameOf(fact('StageStarted', { stage: 'merge', attempt: 2 }), 'e1', 'public')).toBe(
      'id: e1-42\nevent: stage_started\ndata: {"asset_id":"a1","generation":3,"ts":1800000000000,"attempt":2,"stage":"merge"}\n\n',
    );
  });

  it('names the stage of vision and of storing, and the code of a cancellation', () => {
    expect(told('VisionStarted', { attempt: 1 }).stage).toBe('vision');
    expect(told('Mp4Stored', {}).stage).toBe('r2_write');
    expect(told('GenerationCancelled', { reason: 'superseded' })).toMatchObject({
      error_code: 'cancelled',
      reason: 'superseded',
    });
  });

  it('tells the owner what the public is not told', () => {
    const failed = { code: 'i2v_failed', message: 'why' };
    expect(told('GenerationFailed', failed)).toMatchObject({ error_msg: 'why', request_id: 'req-9' });
    expect(told('GenerationFailed', failed, 'public')).not.toHaveProperty('error_msg');
    expect(told('GenerationReady', { unconfirmed: ['views'] }).unconfirmed).toEqual(['views']);
    expect(told('GenerationReady', { unconfirmed: ['views'] }, 'public')).not.toHaveProperty('unconfirmed');
    expect(told('WebhookFailed', { reason: 'status 500' }).error_msg).toBe('status 500');
    expect(told('WebhookFailed', { reason: 'status 500' }, 'public')).toBeNull();
  });

  it('has no row for facts that stay inside', () => {
    expect(frameOf(fact('VideoSwitched', {}), 'e1', 'owner')).toBeUndefined();
  });

  it('keeps to the contract of event data', () => {
    const webhook = {
      deliveryId: 'dlv',
      eventType: 'asset.failed',
      attempt: 1,
      responseCode: 500,
      reason: 'r',
    };
    const data = told('WebhookFailed', { ...webhook, nextAttemptAt: 5, latencyMs: 7 });
    expect(EventData.strict().parse(data)).toEqual(data);
  });

  it('of progress has no id', () => {
    const report = { assetId: 'a1', projectId: 'p', generation: 1, requestSeq: 1, attempt: 1 };
    const frame = progressFrame(ProgressReport.parse({ ...report, stage: 'single', progress: 0.25, ts: 9 }));
    expect(frame).toMatch(/^event: stage_progress\ndata: /);
    expect(dataOf(frame)).toMatchObject({ progress: 0.25, stage: 'single', ts: 9 });
  });
});

describe('a cursor', () => {
  it('is the epoch of the log and a sequence', () => {
    const epoch = epochOf('2026-11-22T13:11:41.123456789Z');
    expect(epoch).toBe(Date.parse('2026-11-22T13:11:41.123Z').toString(36));
    expect(parseCursor(formatCursor({ epoch, seq: 7 }))).toEqual({ epoch, seq: 7 });
  });

  it.each(['', '7', 'e1-', 'e1-07', 'e1--7', 'E1-7', 'e1-7 ', 'e1-99999999999999999'])(
    'is not "%s"',
    (text) => {
      expect(parseCursor(text)).toBeUndefined();
    },
  );
});

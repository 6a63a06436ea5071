import { describe, expect, it } from '@jest/globals';
import { childTraceparent, currentContext, parseTraceparent, runInContext } from './context.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('parseTraceparent', () => {
  it('reads trace, span and the sampled flag', () => {
    expect(parseTraceparent(PARENT)).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      sampled: true,
    });
    expect(parseTraceparent(PARENT.replace(/01$/, '00'))?.sampled).toBe(false);
  });

  it.each([
    ['nothing', undefined],
    ['another format', 'abc'],
    ['version ff', PARENT.replace(/^00/, 'ff')],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['a span id of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
    ['trailing data in version 00', `${PARENT}-more`],
    ['upper case', PARENT.toUpperCase()],
  ])('ignores %s', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('accepts what a later version appends', () => {
    expect(parseTraceparent(`01${PARENT.slice(2)}-more`)).toBeDefined();
  });
});

describe('childTraceparent', () => {
  it('keeps the trace and its flag, and changes the span', () => {
    const child = parseTraceparent(childTraceparent(PARENT));
    expect(child?.traceId).toBe(parseTraceparent(PARENT)?.traceId);
    expect(child?.spanId).not.toBe(parseTraceparent(PARENT)?.spanId);
    expect(parseTraceparent(childTraceparent(PARENT.replace(/01$/, '00')))?.sampled).toBe(false);
  });

  it('starts a sampled trace without a parent', () => {
    expect(parseTraceparent(childTraceparent('rubbish'))?.sampled).toBe(true);
  });
});

describe('runInContext', () => {
  it('lays its values over those around it, through awaits, and leaves them outside', async () => {
    await runInContext({ requestId: 'r' }, async () => {
      await runInContext({ assetId: 'a' }, async () => {
        await Promise.resolve();
        expect(currentContext()).toEqual({ requestId: 'r', assetId: 'a' });
      });
      expect(currentContext()).toEqual({ requestId: 'r' });
    });
    expect(currentContext()).toEqual({});
  });
});

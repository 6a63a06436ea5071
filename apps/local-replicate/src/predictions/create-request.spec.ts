import { describe, expect, it } from '@jest/globals';
import { cancelAfterSeconds, waitSeconds } from './create-request.js';
import { faultsInPrompt } from './faults.js';

describe('Prefer', () => {
  it.each([
    [undefined, 0],
    ['respond-async', 0],
    ['wait', 60],
    ['wait=7', 7],
    ['wait=0', 1],
    ['wait=600', 60],
    ['respond-async, wait=5', 5],
  ])('%s waits %i s', (header, seconds) => expect(waitSeconds(header)).toBe(seconds));
});

describe('Cancel-After', () => {
  it.each([
    ['30s', 30],
    ['90', 90],
    ['5m', 300],
    ['1h30m45s', 5445],
  ])('%s is %i s', (header, seconds) => expect(cancelAfterSeconds(header)).toBe(seconds));

  it.each(['', '4s', '5x', 'soon'])('%j is refused', (header) => {
    expect(() => cancelAfterSeconds(header)).toThrow('must be a duration');
  });
});

describe('faults in a prompt', () => {
  it('are found, in their order', () => {
    expect(faultsInPrompt('a [[fault:slow=20]] b [[fault:lost-webhook]][[fault:fail]] [[fault]]')).toEqual([
      { kind: 'slow', ms: 20 },
      { kind: 'lost-webhook' },
      { kind: 'fail' },
    ]);
  });

  it.each(['[[fault:slow]]', '[[fault:slow=soon]]', '[[fault:unheard-of]]', '[[fault:refuse=200]]'])(
    '%s is refused, as nobody would notice that it was none',
    (directive) => expect(() => faultsInPrompt(`a ${directive}`)).toThrow(`no fault: ${directive}`),
  );
});

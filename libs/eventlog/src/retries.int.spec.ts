import { describe, expect, it } from '@jest/globals';
import { deadLetters, dropDeadLetter, orderRetry } from './dead-letter-box.js';
import { type Cancel, controllerOf, HandlerSuite } from './testing/handler-suite.js';
import { numberOf } from './testing/sample-facts.js';
import { until } from './testing/until.js';
import { done, park } from './verdict.js';

/** Real: the broker. A handler that fails until it is "mended". */
const suite = new HandlerSuite();
const { append, run, settled } = suite;

const lettersOf = async (durable: string) =>
  (await deadLetters(suite.log)).filter(({ letter }) => letter.durable === durable);
const letterOf = (durable: string) =>
  until(`${durable} gave something up`, async () => (await lettersOf(durable))[0]);
const gone = (durable: string) =>
  until(`${durable} has no dead letter`, async () => (await lettersOf(durable)).length === 0);

describe('a poisonous message', () => {
  it('is given up after its budget with the error, while others go on, and is done by a retry after the fix', async () => {
    const seen: number[] = [];
    let mended = false;
    const handle = ({ fact }: Cancel) => {
      if (numberOf(fact) === 2 && !mended) throw new Error('poison');
      seen.push(numberOf(fact));
      return done;
    };
    await run([controllerOf('r-poison', ['r-a', 'r-b', 'r-c'], handle, { maxDeliveries: 2 })]);
    for (const [name, n] of [
      ['r-a', 1],
      ['r-b', 2],
      ['r-c', 3],
    ] as const)
      await append(name, n);
    const buried = await letterOf('r-poison');
    expect(buried.letter).toMatchObject({
      why: 'poison',
      deliveryCount: 2,
      service: 'gateway',
      stream: 'ASSETS',
    });
    expect(buried.letter.stack).toContain('poison');
    expect(seen.sort()).toEqual([1, 3]);
    const before = await suite.log.lastStreamSeq('ASSETS');
    mended = true;
    await orderRetry(suite.log, buried);
    await gone('r-poison');
    expect(seen.sort()).toEqual([1, 2, 3]);
    // It was not put into the log a second time.
    expect(await suite.log.lastStreamSeq('ASSETS')).toBe(before);
  });

  it('that fails again is buried anew, with the new reason, and not lost', async () => {
    let why = 'first';
    await run([controllerOf('r-again', ['r-again'], () => park(why))]);
    await append('r-again');
    const first = await letterOf('r-again');
    why = 'second';
    await orderRetry(suite.log, first);
    const second = await until('it is buried anew', async () => {
      const [letter, ...more] = await lettersOf('r-again');
      return more.length === 0 && letter?.id !== first.id ? letter : undefined;
    });
    expect(second?.letter).toMatchObject({
      why: 'second',
      seq: first.letter.seq,
      subject: first.letter.subject,
    });
  });

  it('is tried when the service runs again, if it did not when it was asked', async () => {
    const transport = await run([controllerOf('r-later', ['r-later'], () => park('no'))]);
    await append('r-later');
    const buried = await letterOf('r-later');
    await settled('r-later');
    await transport.close();
    await orderRetry(suite.log, buried);
    const seen: number[] = [];
    await run([
      controllerOf('r-later', ['r-later'], ({ fact, deliveryCount }) => {
        seen.push(numberOf(fact), deliveryCount);
        return done;
      }),
    ]);
    await gone('r-later');
    expect(seen).toEqual([1, 1]);
  });

  it('is dropped when an operator says so, once', async () => {
    await run([controllerOf('r-drop', ['r-drop'], () => park('no'))]);
    await append('r-drop');
    const { id } = await letterOf('r-drop');
    expect(await dropDeadLetter(suite.log, id)).toBe(true);
    expect(await lettersOf('r-drop')).toEqual([]);
    expect(await dropDeadLetter(suite.log, id)).toBe(false);
  });
});

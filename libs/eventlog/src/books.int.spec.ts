import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Recorded } from '@zoetrope/contracts/fact';
import { type Book, Books, type Folding } from './books.js';
import { brokerOf } from './broker.js';
import type { EventLog } from './event-log.js';
import { SNAPSHOTS_STREAM, snapshotSubject } from './streams.js';
import { LogServer } from './testing/log-server.js';
import { cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';

/** Real: a nats-server. The fold is a list of numbers, three to a chunk, that counts how often it was fed. */
let server: LogServer;
let log: EventLog;
beforeAll(async () => {
  server = await LogServer.start();
  log = await server.connect('gateway');
});
afterAll(() => server?.stop());

type Numbers = number[];
class Shelf {
  fed = 0;
  readonly books: Books<Numbers>;

  constructor(limit?: number) {
    const folding: Folding<Numbers> = {
      empty: () => [],
      evolve: (numbers, fact) => {
        this.fed += 1;
        numbers.push(numberOf(fact));
        return numbers;
      },
      weight: (numbers) => numbers.length,
      snapshots: {
        name: 'numbers.v1',
        write: (numbers, from) => {
          const full = Math.floor(numbers.length / 3);
          const chunks = Array.from({ length: full - from }, (_, n) =>
            numbers.slice(3 * (from + n), 3 * (from + n) + 3).join(','),
          );
          return { head: { chunks: full, rest: numbers.slice(3 * full) }, chunks };
        },
        read: (head, chunks) => {
          const { chunks: count, rest } = head as { chunks: number; rest: number[] };
          if (chunks.length !== count) throw new Error('a chunk is gone');
          return [...chunks.flatMap((chunk) => chunk.split(',').map(Number)), ...rest];
        },
      },
    };
    this.books = new Books(log, folding, limit);
  }

  current(name: string): Promise<Numbers> {
    return this.books.current(requestSubject(name));
  }

  save(name: string): Promise<void> {
    return this.books.with(requestSubject(name), (book) => this.books.save(book));
  }
}

const append = async (name: string, from: number, to: number) => {
  for (let number = from; number <= to; number++)
    await log.append(requestSubject(name), cancelOf(name, number), { cause: { id: `${name}-${number}` } });
};
const range = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

describe('a book', () => {
  it('is folded once; later only what came since is read', async () => {
    await append('grows', 1, 5);
    const shelf = new Shelf();
    expect(await shelf.current('grows')).toEqual(range(5));
    await append('grows', 6, 7);
    expect(await shelf.current('grows')).toEqual(range(7));
    expect(shelf.fed).toBe(7);
  });

  it('opens from its snapshot in another process, and folds the rest', async () => {
    await append('kept', 1, 7);
    const writer = new Shelf();
    await writer.current('kept');
    await writer.save('kept');
    await append('kept', 8, 10);
    const reader = new Shelf();
    expect(await reader.current('kept')).toEqual(range(10));
    expect(reader.fed).toBe(3);
    await writer.current('kept');
    await writer.save('kept');
    const later = new Shelf();
    expect(await later.current('kept')).toEqual(range(10));
    expect(later.fed).toBe(0);
  });

  it('is folded from the log when a chunk of its snapshot is gone', async () => {
    await append('holes', 1, 7);
    const writer = new Shelf();
    await writer.current('holes');
    await writer.save('holes');
    const [, ...rest] = requestSubject('holes').split('.');
    const filter = snapshotSubject(`numbers.v1.${rest.join('.')}.1`);
    await brokerOf(log).manager.streams.purge(SNAPSHOTS_STREAM, { filter });
    const reader = new Shelf();
    expect(await reader.current('holes')).toEqual(range(7));
    expect(reader.fed).toBe(7);
  });

  it('is folded from the log when the log is not the one that its snapshot was made of', async () => {
    await append('restored', 1, 4);
    const writer = new Shelf();
    await writer.current('restored');
    await writer.save('restored');
    const { manager } = brokerOf(log);
    await manager.streams.purge('ASSETS', { filter: requestSubject('restored') });
    for (const number of [1, 9])
      await log.append(requestSubject('restored'), cancelOf('restored', number), {
        cause: { id: `again-${number}` },
      });
    expect(await new Shelf().current('restored')).toEqual([1, 9]);
  });

  it('is used by one at a time, in the order they came', async () => {
    const shelf = new Shelf();
    const order: number[] = [];
    const use = (n: number) =>
      shelf.books.with(requestSubject('shared'), async (book: Book<Numbers>) => {
        await shelf.books.catchUp(book);
        order.push(n);
      });
    await Promise.all([1, 2, 3].map(use));
    expect(order).toEqual([1, 2, 3]);
  });

  it('is looked at once for all who wait, and never too early for any of them', async () => {
    await append('watched', 1, 1);
    const shelf = new Shelf();
    await shelf.current('watched');
    for (let number = 2; number <= 20; number++) {
      const early = [shelf.current('watched'), shelf.current('watched')];
      await append('watched', number, number);
      const late = await Promise.all([1, 2, 3].map(() => shelf.current('watched')));
      for (const seen of late) expect(seen).toEqual(range(number));
      await Promise.all(early);
    }
  });

  it('is forgotten by a throw, and read afresh', async () => {
    await append('breaks', 1, 2);
    const shelf = new Shelf();
    const half = shelf.books.with(requestSubject('breaks'), (book) => {
      book.state.push(99);
      return Promise.reject(new Error('half way'));
    });
    await expect(half).rejects.toThrow('half way');
    expect(await shelf.current('breaks')).toEqual([1, 2]);
  });

  it('that was used longest ago is forgotten when there is no room', async () => {
    const shelf = new Shelf(10);
    for (const name of ['a', 'b', 'c']) await append(name, 1, 4);
    for (const name of ['a', 'b', 'a', 'c']) await shelf.current(name);
    expect(shelf.fed).toBe(12);
    await shelf.current('a');
    expect(shelf.fed).toBe(12);
    await shelf.current('b');
    expect(shelf.fed).toBe(16);
  });

  it('with a fold of one fact at hand keeps its place in the log', async () => {
    const shelf = new Shelf();
    await shelf.books.with(requestSubject('own'), async (book) => {
      const fact = cancelOf('own', 1);
      const outcome = await log.append(book.subject, fact, { expect: book.version, cause: { id: 'own-1' } });
      if (outcome.kind !== 'appended') throw new Error('it was not appended');
      shelf.books.fold(book, fact as Recorded, outcome);
    });
    expect([await shelf.current('own'), shelf.fed]).toEqual([[1], 1]);
  });
});

import { expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';
import { SharedReads } from './shared-reads.js';

const controlled = () => {
  const started: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const reads = new SharedReads<number>(
    () => new Promise((resolve, reject) => started.push({ resolve, reject })),
  );
  return { started, get: () => reads.get('a') };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a caller never gets a read that began before it asked; those who wait share the next one', async () => {
  const { started, get } = controlled();
  const first = get();
  const [second, third] = [get(), get()];
  expect(started).toHaveLength(1);
  started[0]?.resolve(1);
  expect(await first).toBe(1);
  await turn();
  expect(started).toHaveLength(2);
  const fourth = get();
  started[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  await turn();
  started[2]?.resolve(3);
  expect(await fourth).toBe(3);
  await turn();
  const fifth = get();
  started[3]?.resolve(4);
  expect(await fifth).toBe(4);
});

it('a failed read fails those who shared it, and nobody after', async () => {
  const { started, get } = controlled();
  const [first, second] = [get(), get()];
  started[0]?.reject(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await turn();
  started[1]?.resolve(2);
  expect(await second).toBe(2);
});

it('a bounded map forgets what was used longest ago, and takes nothing larger than itself', () => {
  const map = new BoundedMap<string>(10);
  map.set('a', 'A', 4);
  map.set('b', 'B', 4);
  map.get('a');
  map.set('c', 'C', 4);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual(['A', undefined, 'C']);
  map.set('huge', 'H', 11);
  expect(['a', 'c', 'huge'].map((key) => map.get(key))).toEqual(['A', 'C', undefined]);
  map.set('a', 'A2', 6);
  expect([map.get('a'), map.get('c')]).toEqual(['A2', 'C']);
});

import { describe, expect, it } from '@jest/globals';
import { httpDate, select } from './conditional.js';

const SIZE = 1000;
const validators = { etag: '"abc"', modifiedAt: 1_790_000_000_900 };
const date = httpDate(validators.modifiedAt);
const later = httpDate(validators.modifiedAt + 5_000);
const earlier = httpDate(validators.modifiedAt - 5_000);
const get = (headers: Record<string, string>, method = 'GET') =>
  select({ method, headers }, validators, SIZE);
const part = (start: number, end: number) => ({ status: 206, span: { start, end } });

describe('a range', () => {
  it.each([
    ['bytes=0-99', part(0, 99)],
    ['bytes=100-', part(100, 999)],
    ['bytes=-100', part(900, 999)],
    ['bytes=-5000', part(0, 999)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=999-999', part(999, 999)],
    ['bytes=900-99999', part(900, 999)],
    ['BYTES=0-9', part(0, 9)],
    ['bytes=1000-', { status: 416 }],
    ['bytes=5000-6000', { status: 416 }],
    ['bytes=-0', { status: 416 }],
    ['bytes=9-5', { status: 416 }],
    ['bytes=a-b', { status: 200 }],
    ['bytes', { status: 200 }],
    ['items=0-9', { status: 200 }],
    ['bytes=0-9,20-29', { status: 200 }],
  ])('%s', (range, expected) => expect(get({ range })).toEqual(expected));

  it('is ignored on HEAD', () => expect(get({ range: 'bytes=0-9' }, 'HEAD')).toEqual({ status: 200 }));
});

describe('If-Range', () => {
  const range = 'bytes=0-9';
  it.each([
    ['the current tag', '"abc"', part(0, 9)],
    ['an old tag', '"old"', { status: 200 }],
    ['a weak tag', 'W/"abc"', { status: 200 }],
    ['the exact date', date, part(0, 9)],
    ['a later date', later, { status: 200 }],
    ['an earlier date', earlier, { status: 200 }],
    ['nonsense', 'yesterday', { status: 200 }],
  ])('%s', (_, ifRange, expected) => expect(get({ range, 'if-range': ifRange })).toEqual(expected));

  it('of an old video gets the whole new one even where the range no longer fits', () => {
    expect(get({ range: 'bytes=5000-', 'if-range': '"old"' })).toEqual({ status: 200 });
  });
});

describe('a conditional request', () => {
  it.each([
    ['the current tag', { 'if-none-match': '"abc"' }, 304],
    ['a list with it', { 'if-none-match': '"x", W/"abc"' }, 304],
    ['any', { 'if-none-match': '*' }, 304],
    ['another tag', { 'if-none-match': '"x"' }, 200],
    ['another tag wins over a date', { 'if-none-match': '"x"', 'if-modified-since': later }, 200],
    ['the exact date', { 'if-modified-since': date }, 304],
    ['a later date', { 'if-modified-since': later }, 304],
    ['an earlier date', { 'if-modified-since': earlier }, 200],
    ['no date', { 'if-modified-since': 'soon' }, 200],
    ['unchanged wins over a range', { 'if-none-match': '"abc"', range: 'bytes=0-9' }, 304],
  ])('%s', (_, headers, status) => {
    expect(get(headers as unknown as Record<string, string>).status).toBe(status);
    expect(get(headers as unknown as Record<string, string>, 'HEAD').status).toBe(status);
  });
});

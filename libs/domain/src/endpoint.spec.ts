import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import {
  EndpointDisabled,
  EndpointEnabled,
  EndpointFailing,
  EndpointRecovered,
  EndpointTestAsked,
  EndpointWarned,
} from '@zoetrope/contracts/facts/endpoint';
import { ProjectDeleted, WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import { OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import {
  type Attempted,
  DISABLED_AFTER_MS,
  evolve,
  isOpen,
  learn,
  noEndpoint,
  reception,
  WARNED_AFTER_MS,
} from './endpoint.js';
import { recorded } from './testing.js';

const projectId = ProjectId.parse(`prj_${'p'.repeat(20)}`);
const T = 1_800_000_000_000;
const who = { projectId, ownerId: OwnerId.parse('owner-1') };
const url = 'https://hooks.example.com/';
const set = (enabled: boolean, to: string | null = url) =>
  WebhooksConfigured({ ...who, url: to, events: ['asset.completed'], enabled });
const disabled = (reason: 'gone' | 'failing') => EndpointDisabled({ projectId, reason });
const failing = EndpointFailing({ projectId, reason: 'status 500' });
const warned = EndpointWarned({ projectId, failingSince: T + 1, disablesAt: T + 1 + DISABLED_AFTER_MS });
const after = (...facts: Fact[]) => recorded(facts).reduce(evolve, noEndpoint);
const ended = (ok: boolean, more: Partial<Attempted> = {}): Attempted => ({
  ok,
  attempt: 1,
  type: 'asset.completed',
  reason: 'status 500',
  ...more,
});

describe('what becomes of an event', () => {
  const cases: [rule: string, facts: Fact[], what: string][] = [
    ['it is sent where its type was subscribed', [set(true)], 'send'],
    ['nothing where no address is', [set(false, null)], 'nothing'],
    ['nothing where its owner switched webhooks off', [set(true), set(false)], 'nothing'],
    ['it is kept where we stopped', [set(true), disabled('gone')], 'hold'],
    ['it is sent again once its owner enables it', [set(true), disabled('gone'), set(true)], 'send'],
    ['nothing once the project is deleted', [set(true), ProjectDeleted(who)], 'nothing'],
  ];
  it.each(cases)('%s', (_rule, facts, what) => {
    expect(reception(after(...facts), 'asset.completed')).toBe(what);
  });

  it('nothing of a type that was not subscribed', () => {
    expect(reception(after(set(true)), 'asset.queued')).toBe('nothing');
  });

  it('a test is sent before anything is enabled, if there is an address', () => {
    expect(isOpen(after(set(false)), 'asset.test')).toBe(true);
    expect(isOpen(after(set(false)), 'asset.completed')).toBe(false);
    expect(isOpen(after(set(false, null)), 'asset.test')).toBe(false);
    expect(isOpen(after(ProjectDeleted(who)), 'asset.test')).toBe(false);
  });

  it('the newest word counts, in whatever order they are read', () => {
    const facts = recorded([set(true), disabled('gone'), set(true)]);
    const [first, second, third] = facts;
    const read = [first, third, second].flatMap((fact) => fact ?? []).reduce(evolve, noEndpoint);
    expect(read).toEqual(facts.reduce(evolve, noEndpoint));
  });
});

describe('what an attempt tells of the endpoint', () => {
  const cases: [rule: string, given: Fact[], attempted: Attempted, at: number, facts: Fact | undefined][] = [
    [
      'the first delivered test enables it',
      [set(false)],
      ended(true, { type: 'asset.test' }),
      T,
      EndpointEnabled({ projectId }),
    ],
    [
      'a later one does not',
      [set(false), EndpointEnabled({ projectId }), set(false)],
      ended(true, { type: 'asset.test' }),
      T,
      undefined,
    ],
    [
      'another address has to be tested again',
      [set(false), EndpointEnabled({ projectId }), set(false, `${url}2`)],
      ended(true, { type: 'asset.test' }),
      T,
      EndpointEnabled({ projectId }),
    ],
    ['410 disables it at once', [set(true)], ended(false, { responseCode: 410 }), T, disabled('gone')],
    [
      '410 of one that is not enabled changes nothing',
      [set(false)],
      ended(false, { responseCode: 410 }),
      T,
      undefined,
    ],
    ['one failure is not worth a word', [set(true)], ended(false), T, undefined],
    ['a failed retry is', [set(true)], ended(false, { attempt: 2 }), T, failing],
    ['a success ends it', [set(true), failing], ended(true), T, EndpointRecovered({ projectId })],
    ['a success where nothing failed is silent', [set(true)], ended(true), T, undefined],
    [
      'after three days its owner is warned',
      [set(true), failing],
      ended(false),
      T + 1 + WARNED_AFTER_MS,
      warned,
    ],
    ['not before', [set(true), failing], ended(false), T + WARNED_AFTER_MS, undefined],
    ['once', [set(true), failing, warned], ended(false), T + 1 + WARNED_AFTER_MS, undefined],
    [
      'after five days it is disabled',
      [set(true), failing, warned],
      ended(false),
      T + 1 + DISABLED_AFTER_MS,
      disabled('failing'),
    ],
    [
      'a success in between starts the days anew',
      [set(true), failing, EndpointRecovered({ projectId })],
      ended(false, { attempt: 2 }),
      T + DISABLED_AFTER_MS,
      failing,
    ],
    [
      'and so does its owner',
      [set(true), failing, set(true)],
      ended(false),
      T + 1 + DISABLED_AFTER_MS,
      undefined,
    ],
  ];
  it.each(cases)('%s', (_rule, given, attempted, at, fact) => {
    expect(learn(projectId, attempted, at)(after(...given))).toEqual(fact);
  });

  it('comes to an end: what was learnt is not learnt again', () => {
    for (const [, given, attempted, at, fact] of cases)
      if (fact) expect(learn(projectId, attempted, at)(after(...given, fact))).not.toEqual(fact);
  });

  it('an event without an asset is remembered, so that it is raised once', () => {
    const eventId = `evt_${'e'.repeat(32)}`;
    expect(after(EndpointTestAsked({ projectId, eventId })).raised).toEqual([eventId]);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { Customer } from '../../soak/support/customer.ts';
import { treeBytes } from '../../soak/support/memory.ts';
import { plant } from '../../soak/support/planting.ts';
import type { Fact, RawLog } from '../../soak/support/raw-log.ts';
import type { SoakSystem } from '../../soak/support/system.ts';
import { Crowd } from './crowd.ts';
import { type Nchan, publish } from './nchan.ts';

/** One of the two that are compared: a crowd on one address, and somebody who watches another one alone. */
export interface Side {
  readonly name: string;
  readonly crowd: Crowd;
  readonly single: Crowd;
  /** Tells the watchers of one of them; resolves when it was taken. */
  send(to: 'crowd' | 'single', number: number): Promise<unknown>;
  /** Bytes that each process takes now (PSS). */
  memory(): Record<string, number>;
}

/** Two assets with a video each; then only notifier and gateway are left running. */
export async function ourSide(system: SoakSystem, log: RawLog): Promise<Side> {
  const customer = await Customer.signUp(system, 'team');
  const create = { width: 256, height: 256, channels: 3 as const, background: '#446688' };
  const src = await customer.upload(await sharp({ create }).jpeg().toBuffer());
  const ids: string[] = [];
  let key = '';
  for (const idem of ['crowd', 'single']) {
    const { status, text, body } = await customer.prepare({ src, mode: 'animate-in', dur_seconds: 2, idem });
    if (status !== 200) throw new Error(`prepare was answered ${status} ${text}`);
    ids.push(body.asset_id);
    key = new URL(body.mp4_url).pathname.split('/')[2] ?? '';
  }
  for (const id of ids) await firstVideo(customer, id);
  const facts = await log.read('ASSETS', 'asset.>');
  await Promise.all([system.services.generator.stop(), system.services.quota.stop()]);
  const [notifier, gateway] = [await system.services.notifier.up(), await system.services.gateway.up()];
  const crowdOf = (id = '') => new Crowd(Number(new URL(system.url).port), `/v1/${key}/events/${id}`);
  const started = (id: string) =>
    facts.find(({ type, data }) => type === 'VisionStarted' && data.assetId === id) as Fact;
  const samples = { crowd: started(ids[0] ?? ''), single: started(ids[1] ?? '') };
  return {
    name: 'zoetrope',
    crowd: crowdOf(ids[0]),
    single: crowdOf(ids[1]),
    send: (to, number) => {
      const { subject, type, data } = samples[to];
      const fact = { subject, type, service: 'generator' as const, data: { ...data, attempt: number } };
      return plant(log.connection, [{ ...fact, cause: `bench-${to}-${number}` }]);
    },
    memory: () => ({ notifier: treeBytes(notifier.pid), gateway: treeBytes(gateway.pid) }),
  };
}

async function firstVideo(customer: Customer, id: string): Promise<void> {
  for (;;) {
    const { body } = await customer.call<{ asset: { status: string } }>('GET', `/api/assets/${id}`);
    if (body.asset.status === 'ready') return;
    if (body.asset.status === 'failed') throw new Error(`the first video of ${id} failed`);
    await delay(200);
  }
}

/** The same, with frames of the same length. */
export function nchanSide(nchan: Nchan): Side {
  const data = { asset_id: 'a'.repeat(32), generation: 1, ts: Date.now() };
  return {
    name: 'nginx + nchan',
    crowd: new Crowd(nchan.port, '/sub/crowd'),
    single: new Crowd(nchan.port, '/sub/single'),
    send: (to, number) => publish(nchan, to, JSON.stringify({ ...data, attempt: number, stage: 'vision' })),
    memory: () => ({ nginx: treeBytes(nchan.pid) }),
  };
}

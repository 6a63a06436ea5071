import sharp from 'sharp';
import { Customer } from '../support/customer.ts';
import type { Random } from '../support/random.ts';
import type { SoakSystem } from '../support/system.ts';
import type { Client } from './client.ts';
import { CurlClient } from './curl-client.ts';
import { EventSourceClient } from './event-source-client.ts';
import type { Stream } from './told.ts';

/** One in so many clients is a curl. */
const CURL_EVERY = 5;
const PROJECTS = 3;

export interface Project {
  readonly id: string;
  readonly key: string;
}

export interface Asset {
  readonly id: string;
  readonly project: Project;
}

/** Nothing is rendered, all else is real. */
export const fixtures = {
  ZOETROPE_MODEL_WAN_FAST: 'zoetrope/fixture',
  ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
  ZOETROPE_MODEL_P_VIDEO: 'zoetrope/fixture',
};

/** One customer's projects, with nothing in them. */
export async function openProjects(customer: Customer): Promise<Project[]> {
  const projects: Project[] = [];
  while (projects.length < PROJECTS) {
    const { status, text, body } = await customer.call<{ id: string; proxy_key: string }>(
      'POST',
      '/api/projects',
      { name: `Soak ${projects.length}` },
    );
    if (status !== 201) throw new Error(`a project was answered ${status} ${text}`);
    projects.push({ id: body.id, key: body.proxy_key });
  }
  return projects;
}

/** A first generation of each; the shortest clip there is, a few of them loops. */
export async function prepareAssets(
  customer: Customer,
  projects: readonly Project[],
  count: number,
): Promise<Asset[]> {
  const create = { width: 256, height: 256, channels: 3 as const, background: '#446688' };
  const src = await customer.upload(await sharp({ create }).jpeg().toBuffer());
  const assets: Asset[] = [];
  for (let n = 0; n < count; n++) {
    const project = projects[n % projects.length] as Project;
    const mode = n % 10 === 9 ? 'loop' : 'animate-in';
    const body = { project_id: project.id, src, mode, dur_seconds: 2, idem: `${n}` };
    const answer = await customer.prepare(body);
    if (answer.status !== 200) throw new Error(`prepare was answered ${answer.status} ${answer.text}`);
    assets.push({ id: answer.body.asset_id, project });
  }
  return assets;
}

export const activityOf = ({ id }: Project, cookie: string): Stream => ({
  ...{ kind: 'activity', path: `/api/projects/${id}/activity`, cookie, id },
});

export const streamOf = ({ id, project }: Asset, kind: 'public' | 'owner', cookie: string): Stream =>
  kind === 'public'
    ? { kind, path: `/v1/${project.key}/events/${id}`, cookie: '', id }
    : { kind, path: `/api/assets/${id}/events`, cookie, id };

/** Opens so many clients, one after the other, each at one of the gateways, and puts them with the others. */
export async function openClients(
  system: SoakSystem,
  random: Random,
  clients: Client[],
  count: number,
  streams: readonly Stream[],
): Promise<void> {
  for (let n = 0; n < count; n++) {
    const stream = streams[n % streams.length] as Stream;
    const gateway = random.pick(system.gateways);
    const kind = clients.length % CURL_EVERY === CURL_EVERY - 1 ? CurlClient : EventSourceClient;
    clients.push(await kind.open(stream, gateway));
  }
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { sampleImage } from './sample-image.js';
import { Refused, SeedClient } from './seed-client.js';
import { errorText, StartFailure } from './start-failure.js';

export interface SeedOptions {
  /** The gateway's address. */
  url: string;
  password: string;
  /** Node arguments of the operator's command line, and the environment it needs. */
  operatorEntry: string;
  operatorEnv: NodeJS.ProcessEnv;
}

export interface Demo {
  email: string;
  /** Undefined when somebody changed the password since: then there is nothing else to tell. */
  sample?: { assetId: string; projectKey: string; mp4Url: string };
}

export const demoEmail = 'demo@zoetrope.example';
const projectName = 'Demo';

const Anything = z.unknown();
const Me = z.object({ plan: z.string() });
const Project = z.object({ id: z.string(), name: z.string(), proxy_key: z.string() });
const Projects = z.object({ items: z.array(Project) });
const Assets = z.object({ items: z.array(z.object({ id: z.string(), mp4_url: z.string() })) });
const Upload = z.object({ url: z.string() });
const Prepared = z.object({ asset_id: z.string(), mp4_url: z.string() });

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof Refused && error.status === status;

/** True when signed in; false when the account is there with a password that is not ours any more. */
const signIn = async (client: SeedClient, password: string): Promise<boolean> => {
  const account = { email: demoEmail, password };
  try {
    await client.post('/api/user/signin', account, Anything);
    return true;
  } catch (error) {
    if (!hasStatus(error, 401)) throw error;
  }
  try {
    await client.post('/api/user/signup', { ...account, name: 'Demo' }, Anything);
    return true;
  } catch (error) {
    if (hasStatus(error, 409)) return false;
    throw error;
  }
};

const raiseToPro = async (options: SeedOptions): Promise<void> => {
  const args = [options.operatorEntry, 'plan', demoEmail, 'pro'];
  try {
    await promisify(execFile)(process.execPath, args, { env: options.operatorEnv, timeout: 30_000 });
  } catch (error) {
    throw new StartFailure(
      `the demo account could not be raised to Pro: ${errorText(error).split('\n').at(-2) ?? ''}`,
    );
  }
};

const demoProject = async (client: SeedClient): Promise<z.infer<typeof Project>> => {
  const { items } = await client.get('/api/projects', Projects);
  return (
    items.find((project) => project.name === projectName) ??
    client.post('/api/projects', { name: projectName }, Project)
  );
};

const makeSample = async (client: SeedClient, projectId: string): Promise<z.infer<typeof Prepared>> => {
  const form = new FormData();
  const image = new Uint8Array(await sampleImage());
  form.append('file', new Blob([image], { type: 'image/jpeg' }), 'sample.jpg');
  const { url } = await client.post('/api/v1/upload', form, Upload);
  return client.post('/api/v1/prepare', { project_id: projectId, src: url }, Prepared);
};

/**
 * Makes the demo account, its project and one sample asset through the public API, and puts the account on
 * Pro; finds what is there on later starts. Does not wait for the sample's video.
 *
 * @throws StartFailure with the call and its answer when the API refuses.
 */
export const seed = async (options: SeedOptions): Promise<Demo> => {
  const client = new SeedClient(options.url, 'the demo account could not be made');
  if (!(await signIn(client, options.password))) return { email: demoEmail };
  const project = await demoProject(client);
  const { items } = await client.get(`/api/projects/${project.id}/assets`, Assets);
  const there = items.at(-1);
  const told = (assetId: string, mp4Url: string): Demo => ({
    email: demoEmail,
    sample: { assetId, projectKey: project.proxy_key, mp4Url },
  });
  if (there) return told(there.id, there.mp4_url);
  const { plan } = await client.get('/api/user/me', Me);
  if (plan === 'free') await raiseToPro(options);
  const made = await makeSample(client, project.id);
  return told(made.asset_id, made.mp4_url);
};

import sharp from 'sharp';
import { sampleImage } from '../../libs/embedded/dist/sample-image.js';

/** Pictures that can be told apart: the sample in other light. */
const PICTURES = [
  { hue: 0, motion: 'medium', mode: 'loop', dur_seconds: 4 },
  { hue: 150, motion: 'kinetic', mode: 'loop', dur_seconds: 3, flop: true },
  { hue: 215, motion: 'subtle', mode: 'animate-in', dur_seconds: 3 },
  { hue: 60, motion: 'medium', mode: 'animate-on-hover', dur_seconds: 2, flop: true },
  { hue: 300, motion: 'kinetic', mode: 'animate-in', dur_seconds: 4 },
];
const LONGEST_MS = 300_000;
const LOOK_MS = 500;

const account = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' };

/** A signed-in caller of the public API. */
const caller = async (origin) => {
  let cookie = '';
  const call = async (method, path, body) => {
    const form = body instanceof FormData;
    const headers = { cookie, ...(!form && { 'content-type': 'application/json' }) };
    const sent = form ? body : body && JSON.stringify(body);
    const answer = await fetch(origin + path, { method, headers, body: sent });
    for (const line of answer.headers.getSetCookie()) cookie = line.split(';')[0] ?? '';
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  await call('POST', '/api/user/signup', account);
  return { call, cookie: () => cookie };
};

const upload = async ({ call }, { hue, flop }) => {
  const picture = sharp(await sampleImage()).modulate({ hue });
  const bytes = await (flop ? picture.flop() : picture).jpeg({ quality: 88 }).toBuffer();
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'image/jpeg' }), 'picture.jpg');
  return (await call('POST', '/api/v1/upload', form)).url;
};

const settled = async ({ call }, projectId) => {
  const end = Date.now() + LONGEST_MS;
  for (;;) {
    const { items } = await call('GET', `/api/projects/${projectId}/assets`);
    if (items.every(({ status }) => status !== 'pending')) return items;
    if (Date.now() > end) throw new Error('the sample videos were not made in time');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

/** Somebody with a project that has everything a page can show. */
export const makeCustomer = async (system, toPro) => {
  const person = await caller(system.url);
  const { call } = person;
  await toPro(account.email);
  const project = await call('POST', '/api/projects', { name: 'Northern Lights' });
  await call('POST', '/api/projects', { name: 'Autumn shop' });
  await call('PUT', `/api/projects/${project.id}/brand`, {
    brandName: 'Northern Lights',
    colors: { primary: '#2a3df0', secondary: '#0f1117', accent: '#ffd21f' },
    messaging: {
      tone: 'calm and confident',
      targetAudience: 'people who travel slowly',
      valueProps: ['quiet', 'light'],
    },
    design: { vibe: 'nordic, airy' },
  });
  const { url } = await call('GET', `/api/projects/${project.id}/webhooks/inbox`);
  await call('PUT', `/api/projects/${project.id}/webhooks`, { webhook_url: url, webhooks_enabled: true });
  await call('POST', `/api/projects/${project.id}/webhooks/test`, {});
  for (const picture of PICTURES) {
    const { hue: _hue, flop: _flop, ...asked } = picture;
    await call('POST', '/api/v1/prepare', {
      project_id: project.id,
      src: await upload(person, picture),
      ...asked,
    });
  }
  const [asset] = await settled(person, project.id);
  await call('POST', `/api/assets/${asset.id}/regenerate`, { motion: 'kinetic', dur_seconds: 2 });
  await settled(person, project.id);
  return { ...person, projectId: project.id, assetId: asset.id };
};

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Brand } from '@zoetrope/contracts/brand';
import { photoLike } from '@zoetrope/media/testing';
import { parseConfig } from '@zoetrope/platform/config';
import { generatorConfig } from '../config.js';
import { Provider } from '../provider/provider.js';
import type { StageError } from '../stages/stage-error.js';
import { type Answer, message, messagesError, prediction, VisionServer } from '../testing/vision-server.js';
import { chooseVision } from './choose-vision.js';
import type { VisionAsk, VisionProvider } from './vision-provider.js';

/** Real: HTTP and the official clients. The server speaks both providers' wire formats and answers as told. */
let server: VisionServer;
let ask: VisionAsk;
const brand: Brand = { brandName: 'Acme', messaging: { tone: 'playful' } };

beforeAll(async () => {
  server = await VisionServer.start();
  const image = await photoLike({ width: 256, height: 256, seed: 1 });
  ask = { image, brand, motion: 'kinetic', mode: 'loop', aspect: '16:9', seconds: 6 };
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
});

const env = (): Record<string, string> => ({
  PUBLIC_URL: 'http://a.example',
  REPLICATE_API_TOKEN: 'r8_t',
  REPLICATE_BASE_URL: `${server.url}/v1`,
  ANTHROPIC_BASE_URL: server.url,
});
const configured = (more: Record<string, string>): VisionProvider => {
  const config = parseConfig(generatorConfig, { ...env(), ...more });
  return chooseVision(config, new Provider(config));
};
const anthropic = () => configured({ ANTHROPIC_API_KEY: 'sk-ant' });
const replicate = () => configured({ ZOETROPE_VISION: 'replicate' });
const forever = () => new AbortController().signal;

async function failureOf(provider: VisionProvider, ...answers: Answer[]): Promise<StageError> {
  server.answers = answers;
  return provider.write(ask, forever()).then(
    (prompt) => {
      throw new Error(`it answered ${prompt}`);
    },
    (error: StageError) => error,
  );
}

describe('the configuration', () => {
  it.each([
    ['nothing', {}, 'local'],
    ['a key of Anthropic', { ANTHROPIC_API_KEY: 'k' }, 'anthropic'],
    ['a key and another choice', { ANTHROPIC_API_KEY: 'k', ZOETROPE_VISION: 'local' }, 'local'],
    ['Replicate', { ZOETROPE_VISION: 'replicate' }, 'replicate'],
  ])('with %s chooses %j: %s', (_, more, name) => expect(configured(more).name).toBe(name));

  it('refuses Anthropic without a key', () => {
    expect(() => configured({ ZOETROPE_VISION: 'anthropic' })).toThrow(/ANTHROPIC_API_KEY is not set/);
  });
});

describe('the local provider', () => {
  it('writes of brand and motion with no request', async () => {
    const prompt = await configured({}).write(ask, forever());
    expect(prompt).toMatch(/Made for Acme, in a playful tone.*kinetic motion$/);
    expect(server.asked).toEqual([]);
  });
});

describe('Anthropic', () => {
  it('is sent the picture, the brand and what is asked, in one request of its Messages API', async () => {
    server.answers = [message('"The camera  pushes in.\nkinetic motion"')];
    expect(await anthropic().write(ask, forever())).toBe('The camera pushes in. kinetic motion');
    const [asked, ...more] = server.asked;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ method: 'POST', path: '/v1/messages' });
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer sk-ant',
      'anthropic-version': expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    });
    const { system, messages, model, max_tokens } = asked?.body ?? {};
    expect({ model, max_tokens }).toEqual({ model: 'claude-haiku-5-5', max_tokens: 2048 });
    expect(system).toContain('motion prompt');
    const [picture, task] = (messages as { content: Record<string, unknown>[] }[])[0]?.content ?? [];
    const data = ask.image.toString('base64');
    expect(picture).toEqual({ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data } });
    expect(task?.text).toContain(JSON.stringify(brand));
    expect(task?.text).toMatch(/kinetic motion[\s\S]*6 seconds[\s\S]*loops[\s\S]*16:9/);
  });

  it.each<[string, Answer]>([
    ['a refusal', message('', 'refusal')],
    ['the word for it', message('BLOCKED.')],
    [
      'a filtered answer',
      messagesError(400, 'invalid_request_error', 'Output blocked by content filtering policy'),
    ],
  ])('that blocks the picture by %s is believed at once', async (_, answer) => {
    expect(await failureOf(anthropic(), answer)).toMatchObject({ code: 'vision_blocked', transient: false });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Answer, object]>([
    [
      '429',
      messagesError(429, 'rate_limit_error', 'no', { 'retry-after': '7' }),
      { transient: true, retryAfterMs: 7_000 },
    ],
    ['500', messagesError(500, 'api_error'), { transient: true }],
    ['529', messagesError(529, 'overloaded_error'), { transient: true }],
    ['a broken connection', 'break', { transient: true }],
    ['no words', message(''), { transient: true }],
    ['401', messagesError(401, 'authentication_error'), { transient: false }],
    ['404', messagesError(404, 'not_found_error'), { transient: false }],
    ['413', messagesError(413, 'request_too_large'), { transient: false }],
  ])('answering %s is one request and told apart', async (_, answer, expected) => {
    expect(await failureOf(anthropic(), answer)).toMatchObject({ code: 'vision_timeout', ...expected });
    expect(server.asked).toHaveLength(1);
  });

  it('that quotes us in an error is not quoted', async () => {
    const failure = await failureOf(
      anthropic(),
      messagesError(400, 'invalid_request_error', 'bad: Acme playful'),
    );
    expect(failure.message).toBe('the vision provider answered with status 400');
  });

  it('that never answers is left when the time is over', async () => {
    server.answers = ['hang'];
    await expect(anthropic().write(ask, AbortSignal.timeout(100))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('Replicate', () => {
  it('is sent the picture and the task, and its pieces are joined', async () => {
    server.answers = [prediction('succeeded', ['The camera ', 'pans. ', 'kinetic motion'])];
    expect(await replicate().write(ask, forever())).toBe('The camera pans. kinetic motion');
    const [asked, ...more] = server.asked;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ method: 'POST', path: '/v1/models/openai/gpt-4.1-mini/predictions' });
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer r8_t',
      prefer: 'wait=15',
      'cancel-after': '30s',
    });
    expect(asked?.body.input).toMatchObject({
      prompt: expect.stringContaining(JSON.stringify(brand)),
      system_prompt: expect.stringContaining('motion prompt'),
      image_input: [`data:image/jpeg;base64,${ask.image.toString('base64')}`],
      max_completion_tokens: 400,
    });
  });

  it('that is not done at once is asked again', async () => {
    server.answers = [
      prediction('processing'),
      prediction('processing'),
      prediction('succeeded', 'It drifts.'),
    ];
    expect(await replicate().write(ask, forever())).toBe('It drifts.');
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/models/openai/gpt-4.1-mini/predictions',
      'GET /v1/predictions/p1',
      'GET /v1/predictions/p1',
    ]);
  });

  it('that takes too long is stopped', async () => {
    server.answers = [prediction('processing')];
    await expect(replicate().write(ask, AbortSignal.timeout(300))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(server.asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/predictions/p1/cancel' });
  });

  it.each([
    prediction('failed', null, 'The input or output was flagged as sensitive. Please try again (E005)'),
    prediction('succeeded', 'BLOCKED'),
  ])('that blocks the picture is believed at once', async (answer) => {
    expect(await failureOf(replicate(), answer)).toMatchObject({ code: 'vision_blocked', transient: false });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Answer, object]>([
    [
      '429',
      { status: 429, headers: { 'retry-after': '2' }, json: {} },
      { transient: true, retryAfterMs: 2_000 },
    ],
    ['503', { status: 503, json: {} }, { transient: true }],
    ['a broken connection', 'break', { transient: true }],
    ['a failed prediction', prediction('failed', null, 'CUDA out of memory'), { transient: true }],
    ['no words', prediction('succeeded', []), { transient: true }],
    ['401', { status: 401, json: {} }, { transient: false }],
    ['422', { status: 422, json: {} }, { transient: false }],
  ])('answering %s is one request and told apart', async (_, answer, expected) => {
    expect(await failureOf(replicate(), answer)).toMatchObject({ code: 'vision_timeout', ...expected });
    expect(server.asked).toHaveLength(1);
  });
});

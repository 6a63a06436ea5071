import Anthropic, { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { isTransient } from '../provider/provider-error.js';
import { retryAfterMs } from '../provider/retry-after.js';
import { INSTRUCTIONS, promptIn, taskOf } from './instructions.js';
import { blocked, unanswered, type VisionAsk, type VisionProvider } from './vision-provider.js';

export interface AnthropicSettings {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly maxTokens: number;
}

/** Anthropic's Messages API through its own client: one request an attempt, since retries are facts. */
export class AnthropicVision implements VisionProvider {
  readonly name = 'anthropic';
  private readonly client: Anthropic;

  constructor(private readonly settings: AnthropicSettings) {
    const { apiKey, baseUrl } = settings;
    this.client = new Anthropic({
      apiKey,
      baseURL: baseUrl,
      authToken: null,
      maxRetries: 0,
      logLevel: 'off',
    });
  }

  get model(): string {
    return this.settings.model;
  }

  async write(ask: VisionAsk, signal: AbortSignal): Promise<string> {
    const { model, maxTokens: max_tokens } = this.settings;
    const body = { model, max_tokens, system: INSTRUCTIONS, messages: [messageOf(ask)] };
    const answer = await this.client.messages.create(body, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw failureOf(error);
    });
    return promptOf(answer);
  }
}

const messageOf = (ask: VisionAsk): MessageParam => ({
  role: 'user',
  content: [
    {
      type: 'image',
      source: { type: 'base64', media_type: 'image/jpeg', data: ask.image.toString('base64') },
    },
    { type: 'text', text: taskOf(ask) },
  ],
});

function promptOf({ stop_reason: why, content }: Message): string {
  if (why === 'refusal') throw blocked('the vision model refused this picture');
  return promptIn(content.map((block) => (block.type === 'text' ? block.text : '')).join(' '));
}

/** A refusal of what comes out is a 400 of its own; its words are the only sign of it. */
const FILTERED = /content filtering|blocked by/i;

/** A conflict of requests (RFC 9110 15.5.10), which time heals. */
const LOCKED = 409;

/** Only the status goes on: an error's text may quote what was asked. */
function failureOf(error: unknown) {
  if (error instanceof APIConnectionError)
    return unanswered('the vision provider could not be reached', true, error);
  if (!(error instanceof APIError) || error.status === undefined)
    return unanswered("the vision provider's answer is unusable", true, error);
  if (error.status === 400 && FILTERED.test(error.message))
    return blocked('the vision provider filtered its answer', error);
  const status = Number(error.status);
  const later = retryAfterMs(error.headers?.get('retry-after'), Date.now());
  const passing = isTransient(status) || status === LOCKED;
  return unanswered(`the vision provider answered with status ${status}`, passing, error, later);
}

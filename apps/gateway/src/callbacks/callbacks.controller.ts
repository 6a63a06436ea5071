import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { PREDICTION_STAGES } from '@zoetrope/contracts/facts/generation';
import { AssetId, GenerationNumber } from '@zoetrope/contracts/ids';
import { GeneratorDue } from '@zoetrope/contracts/messages';
import { stageAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { FastifyRequest } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { Public } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
import { IncomingBody } from '../http/incoming-body.js';
import { Internal } from '../openapi/documented.js';
import { WebhookSecret } from './webhook-secret.js';

/** Replicate posts the whole prediction, its logs included. */
const MAX_CALLBACK_BYTES = 1024 * 1024;

const Address = z.object({
  assetId: AssetId,
  generation: z.coerce.number().pipe(GenerationNumber),
  stage: z.enum(PREDICTION_STAGES),
  attempt: z.coerce.number().int().min(1),
});
const Prediction = z.object({ id: z.string().min(1).max(200), webhook: z.string().optional() });

/** The provider reports: verified, turned into an early alarm of the generator, and only then acknowledged. */
@Controller('v1/callbacks/replicate')
export class CallbacksController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly secret: WebhookSecret,
  ) {}

  @Post(':assetId/:generation/:stage/:attempt')
  @HttpCode(200)
  @Public()
  @Internal('the provider of predictions')
  @RouteConfig({ maxBodyBytes: MAX_CALLBACK_BYTES })
  async report(
    @Param() params: Record<string, string>,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<{ received: true }> {
    const bytes = bytesOf(body);
    await this.verify(bytes, request);
    const address = Address.safeParse(params);
    const prediction = Prediction.safeParse(jsonOf(bytes));
    if (!address.success || !prediction.success) throw new ApiError('malformed');
    const { assetId, generation, stage, attempt } = address.data;
    // The signature covers the body alone: sent on to another address, it would speak for another asset.
    const { webhook } = prediction.data;
    if (webhook !== undefined && !webhook.endsWith(`/${assetId}/${generation}/${stage}/${attempt}`))
      throw new ApiError('malformed');
    const due = { assetId, generation, stage, attempt, kind: 'callback', predictionId: prediction.data.id };
    await this.log.alarms.ring(
      'generator',
      stageAlarm(assetId, generation, stage, attempt),
      GeneratorDue.parse(due),
    );
    return { received: true };
  }

  /** The signature is over the bytes as they came (Standard Webhooks), with a timestamp of at most 5 minutes ago. */
  private async verify(bytes: Buffer, { headers }: FastifyRequest): Promise<void> {
    if (isSigned(await this.secret.get(), bytes, headers)) return;
    const refreshed = await this.secret.refreshed();
    if (refreshed !== undefined && isSigned(refreshed, bytes, headers)) return;
    throw new ApiError('invalid_callback');
  }
}

function bytesOf(body: unknown): Buffer {
  if (!(body instanceof IncomingBody)) return Buffer.alloc(0);
  if (body.bytes === undefined)
    throw new ApiError('body_too_large', { message: 'request body exceeds 1 MB limit' });
  return body.bytes;
}

function isSigned(secret: string, bytes: Buffer, headers: FastifyRequest['headers']): boolean {
  try {
    new Webhook(secret).verify(bytes, headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch {
    return false; // whatever is wrong with it, it is not from the provider
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

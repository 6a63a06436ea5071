import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BaseUrl } from '../http/base-url.js';
import { BearerGuard } from '../http/bearer.guard.js';
import { injected, notFound } from '../http/replicate-error.js';
import { RunPredictions } from '../runs/run-predictions.js';
import {
  cancelAfterSeconds,
  knownModel,
  modelOfVersion,
  parseCreateBody,
  waitSeconds,
  webhookEventsOf,
} from './create-request.js';
import { FaultQueue, faultOf, faultsInPrompt } from './faults.js';
import { type Prediction, presentPrediction } from './prediction.js';
import { PredictionStore } from './prediction-store.js';

const PAGE = 100;

/** Replicate's predictions: create for a model or a version, get, list, cancel. */
@Controller('v1')
@UseGuards(BearerGuard)
export class PredictionsController {
  constructor(
    private readonly store: PredictionStore,
    private readonly runs: RunPredictions,
    private readonly faults: FaultQueue,
    private readonly baseUrl: BaseUrl,
  ) {}

  @Post('models/:owner/:name/predictions')
  createForModel(
    @Param('owner') owner: string,
    @Param('name') name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ) {
    return this.#create(owner, name, body, request);
  }

  @Post('predictions')
  createForVersion(@Body() body: unknown, @Req() request: FastifyRequest) {
    const [owner = '', name = ''] = modelOfVersion(parseCreateBody(body).version).split('/');
    return this.#create(owner, name, body, request);
  }

  async #create(owner: string, name: string, body: unknown, request: FastifyRequest) {
    const model = knownModel(owner, name);
    const parsed = parseCreateBody(body);
    model.check(parsed.input);
    const { prefer, 'cancel-after': limit } = request.headers;
    const wait = waitSeconds([prefer].flat().join(','));
    const cancelAfter = cancelAfterSeconds([limit].flat()[0]);
    const faults = [
      ...faultsInPrompt(String(parsed.input.prompt ?? '')),
      ...this.faults.take(parsed.webhook),
    ];
    const refusal = faultOf(faults, 'refuse');
    if (refusal) throw injected(refusal);
    const prediction = await this.store.create({
      model: `${owner}/${name}`,
      input: parsed.input,
      webhook: parsed.webhook,
      webhookEvents: webhookEventsOf(parsed),
      faults,
      deadline:
        cancelAfter === undefined ? undefined : new Date(Date.now() + cancelAfter * 1000).toISOString(),
    });
    this.runs.begin(prediction);
    if (faultOf(faults, 'cut-reply')) request.raw.socket.destroy();
    if (wait > 0) await this.store.ended(prediction, wait * 1000);
    return this.#present(prediction);
  }

  @Get('predictions')
  list(@Query('cursor') cursor?: string) {
    const newestFirst = this.store.all().reverse();
    const from = cursor ? newestFirst.findIndex(({ id }) => id === cursor) + 1 : 0;
    const page = newestFirst.slice(from, from + PAGE);
    const last = page.at(-1);
    const more = last && from + PAGE < newestFirst.length;
    const next = more ? this.baseUrl.of(`/v1/predictions?cursor=${last.id}`) : null;
    return { previous: null, next, results: page.map((prediction) => this.#present(prediction)) };
  }

  @Get('predictions/:id')
  get(@Param('id') id: string) {
    const prediction = this.#find(id);
    const refusal = this.faults.refusalOfGet(id, prediction.faults);
    if (refusal) throw injected(refusal);
    return this.#present(prediction);
  }

  @Post('predictions/:id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string) {
    const prediction = this.#find(id);
    await this.runs.cancel(prediction);
    return this.#present(prediction);
  }

  #find(id: string): Prediction {
    const prediction = this.store.get(id);
    if (!prediction) throw notFound('prediction');
    return prediction;
  }

  #present(prediction: Prediction) {
    return presentPrediction(prediction, (path) => this.baseUrl.of(path));
  }
}

import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { BaseUrl } from '../http/base-url.js';
import { BearerGuard } from '../http/bearer.guard.js';
import { notFound } from '../http/replicate-error.js';
import { RunPredictions } from '../runs/run-predictions.js';
import {
  cancelAfterSeconds,
  knownModel,
  modelOfVersion,
  parseCreateBody,
  waitSeconds,
  webhookEventsOf,
} from './create-request.js';
import { FaultQueue, faultsInPrompt } from './faults.js';
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
    @Headers() headers: Record<string, string | undefined>,
  ) {
    return this.#create(owner, name, body, headers);
  }

  @Post('predictions')
  createForVersion(@Body() body: unknown, @Headers() headers: Record<string, string | undefined>) {
    const [owner = '', name = ''] = modelOfVersion(parseCreateBody(body).version).split('/');
    return this.#create(owner, name, body, headers);
  }

  async #create(owner: string, name: string, body: unknown, headers: Record<string, string | undefined>) {
    const model = knownModel(owner, name);
    const parsed = parseCreateBody(body);
    model.check(parsed.input);
    const wait = waitSeconds(headers.prefer);
    const cancelAfter = cancelAfterSeconds(headers['cancel-after']);
    const prediction = await this.store.create({
      model: `${owner}/${name}`,
      input: parsed.input,
      webhook: parsed.webhook,
      webhookEvents: webhookEventsOf(parsed),
      faults: [...faultsInPrompt(String(parsed.input.prompt ?? '')), ...this.faults.take()],
      deadline:
        cancelAfter === undefined ? undefined : new Date(Date.now() + cancelAfter * 1000).toISOString(),
    });
    this.runs.begin(prediction);
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
    return this.#present(this.#find(id));
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

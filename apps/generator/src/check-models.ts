import { ModelName } from '@zoetrope/contracts/plans';
import { loadConfig } from '@zoetrope/platform/config';
import Replicate from 'replicate';
import { z } from 'zod';
import { generatorConfig } from './config.js';
import { type Inputs, inputsOf } from './models/model.js';
import { MODELS } from './models/models.js';
import { publishedCheck } from './models/published.js';
import { modelSettings } from './models/settings.js';

/**
 * Asks the provider what the configured models take and compares it with what we would send them: free of charge, and
 * to be run when a slug changes. Exits 1 when a generation would be refused.
 */
const { shape } = generatorConfig;
const config = loadConfig(
  z.object({
    REPLICATE_API_TOKEN: shape.REPLICATE_API_TOKEN,
    REPLICATE_BASE_URL: shape.REPLICATE_BASE_URL,
    ZOETROPE_VISION: shape.ZOETROPE_VISION,
    ZOETROPE_MODELS: shape.ZOETROPE_MODELS,
    ZOETROPE_MODEL_WAN_FAST: shape.ZOETROPE_MODEL_WAN_FAST,
    ZOETROPE_MODEL_SEEDANCE: shape.ZOETROPE_MODEL_SEEDANCE,
    ZOETROPE_MODEL_P_VIDEO: shape.ZOETROPE_MODEL_P_VIDEO,
  }),
);
const settings = modelSettings(config);
const replicate = new Replicate({ auth: config.REPLICATE_API_TOKEN, baseUrl: config.REPLICATE_BASE_URL });

/** One input for each length that can be asked, whole and halved for a loop, with and without an end. */
const inputsFor = (model: ModelName): Inputs[] =>
  [2, 3, 4, 5, 6, 7, 8].flatMap((seconds) =>
    [seconds, seconds / 2].flatMap((part) =>
      [undefined, 'https://a.example/last.jpg'].map((lastImage) => {
        const ask = { prompt: 'push in', image: 'https://a.example/first.jpg', lastImage, seconds: part };
        return inputsOf(MODELS[model], { ...ask, seed: 2 ** 32 - 1 }, settings[model].defaults);
      }),
    ),
  );

function visionInput(): Inputs {
  const { fields, defaults } = settings.vision.replicate;
  const picture = 'https://a.example/first.jpg';
  return {
    ...defaults,
    ...(fields.system ? { [fields.system]: 'write' } : {}),
    [fields.prompt]: 'write',
    [fields.image]: fields.imageIsList ? [picture] : picture,
  };
}

async function faultsOf(slug: string, inputs: readonly Inputs[]): Promise<string[]> {
  try {
    const check = await publishedCheck(replicate, slug);
    return [...new Set(inputs.flatMap(check))];
  } catch (error) {
    return [error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)];
  }
}

const vision = config.ZOETROPE_VISION === 'replicate';
const asked: [string, string, Inputs[]][] = [
  ...ModelName.options.map((model): [string, string, Inputs[]] => [
    model,
    settings[model].slug,
    inputsFor(model),
  ]),
  ...(vision
    ? [['vision', settings.vision.replicate.slug, [visionInput()]] as [string, string, Inputs[]]]
    : []),
];
for (const [name, slug, inputs] of asked) {
  const faults = await faultsOf(slug, inputs);
  process.stdout.write(
    `${name.padEnd(10)} ${slug.padEnd(32)} ${faults.length === 0 ? 'fits' : faults.join('; ')}\n`,
  );
  if (faults.length > 0) process.exitCode = 1;
}

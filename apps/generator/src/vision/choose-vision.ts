import type { GeneratorConfig } from '../config.js';
import { modelSettings } from '../models/settings.js';
import type { Provider } from '../provider/provider.js';
import { AnthropicVision } from './anthropic-vision.js';
import { LocalVision } from './local-vision.js';
import { ReplicateVision } from './replicate-vision.js';
import type { VisionProvider } from './vision-provider.js';

/** The provider that the configuration names: ZOETROPE_VISION, else Anthropic where there is a key, else the local one. */
export function chooseVision(config: GeneratorConfig, provider: Provider): VisionProvider {
  const { anthropic, replicate } = modelSettings(config).vision;
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl } = config;
  switch (config.ZOETROPE_VISION ?? (apiKey ? 'anthropic' : 'local')) {
    case 'local':
      return new LocalVision();
    case 'anthropic':
      if (!apiKey) throw new Error('ZOETROPE_VISION=anthropic needs ANTHROPIC_API_KEY');
      return new AnthropicVision({ apiKey, baseUrl, ...anthropic });
    case 'replicate':
      return new ReplicateVision({
        token: config.REPLICATE_API_TOKEN,
        baseUrl: config.REPLICATE_BASE_URL,
        model: replicate,
        imageInput: (jpeg, contentType) => provider.imageInput(jpeg, contentType),
      });
  }
}

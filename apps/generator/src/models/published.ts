import { Ajv } from 'ajv';
import type Replicate from 'replicate';
import type { Inputs } from './model.js';

/** What is wrong with an input by a model's own description; nothing when it fits. */
export type InputCheck = (input: Inputs) => string[];

interface Described {
  readonly components?: { readonly schemas?: { readonly Input?: object } };
}

/**
 * A check by the schema that the provider publishes of a model (OpenAPI 3.0, `components.schemas.Input`, with its
 * references). Names that are not in it count as wrong: the provider would ignore them without a word.
 * @throws Error of the client when there is no such model, or one without a description
 */
export async function publishedCheck(replicate: Replicate, slug: string): Promise<InputCheck> {
  const [owner = '', name = ''] = slug.split('/');
  const { latest_version: version } = await replicate.models.get(owner, name);
  const described = version?.openapi_schema as Described | undefined;
  if (!described?.components?.schemas?.Input) throw new Error(`${slug} does not say what it takes`);
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('uri', (value: string) => URL.canParse(value));
  const { schemas } = described.components;
  const Input = { ...schemas.Input, additionalProperties: false };
  const validate = ajv.compile({ ...Input, components: { schemas } });
  return (input) => {
    if (validate(input)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath.slice(1) || 'input'} ${message}${params.additionalProperty ? `: ${params.additionalProperty}` : ''}`,
    );
  };
}

import { Ajv, type ErrorObject } from 'ajv';
import { type InvalidField, invalidInput } from '../../http/replicate-error.js';

const ajv = new Ajv({ allErrors: true, strict: false, useDefaults: true, verbose: true });
ajv.addFormat('uri', (value: string) => URL.canParse(value));

/** What JSON calls a value (`integer` for a whole number). */
const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};
const listed = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');

/** Replicate checks with gojsonschema, so its `type` and wording are what callers may know: locales.go, errors.go. */
function asInvalidField({ keyword, instancePath, params, data }: ErrorObject): InvalidField {
  const field = instancePath.slice(1).replaceAll('/', '.');
  const told = (type: string, description: string) => ({ type, field, description });
  switch (keyword) {
    case 'required':
      return told('required', `${params.missingProperty} is required`);
    case 'type':
      return told('invalid_type', `Invalid type. Expected: ${params.type}, given: ${kindOf(data)}`);
    case 'enum':
      return told('enum', `${field} must be one of the following: ${listed(params.allowedValues)}`);
    case 'minimum':
      return told('number_gte', `Must be greater than or equal to ${params.limit}`);
    case 'maximum':
      return told('number_lte', `Must be less than or equal to ${params.limit}`);
    case 'maxItems':
      return told('array_max_items', `Array must have at most ${params.limit} items`);
    case 'format':
      return told('format', `Does not match format '${params.format}'`);
    case 'dependencies':
      return told('missing_dependency', `Has a dependency on ${params.missingProperty}`);
    case 'additionalProperties':
      return told(
        'additional_property_not_allowed',
        `Additional property ${params.additionalProperty} is not allowed`,
      );
    default:
      return told(keyword, `Does not match ${keyword}`);
  }
}

/** A check that gives a copy of the value with the schema's defaults filled in, and throws Replicate's 422. */
export function checker<T extends object>(schema: object): (value: object) => T {
  const validate = ajv.compile<T>(schema);
  return (value) => {
    const copy = structuredClone(value);
    if (validate(copy)) return copy;
    throw invalidInput((validate.errors ?? []).map(asInvalidField));
  };
}

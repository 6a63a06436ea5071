import type { z } from 'zod';
import { ApiError, type ErrorDetails } from './api-error.js';

/**
 * Judges a value by its schema.
 * @throws ApiError 400 `Validation failed` with every complaint by field; an unknown field complains under its name
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  throw new ApiError('validation_failed', { details: detailsOf(outcome.error.issues) });
}

/** Zod's issues as `{fieldErrors, formErrors}`; a nested field complains under its top-level name with its path. */
export function detailsOf(issues: readonly z.core.$ZodIssue[]): ErrorDetails {
  const fields = new Map<string, string[]>();
  const formErrors: string[] = [];
  const complain = (path: readonly PropertyKey[], message: string) => {
    const [top, ...below] = path.map(String);
    if (top === undefined) return void formErrors.push(message);
    const words = below.length > 0 ? `${below.join('.')}: ${message}` : message;
    fields.set(top, [...(fields.get(top) ?? []), words]);
  };
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') complain(issue.path, issue.message);
    else for (const key of issue.keys) complain([...issue.path, key], 'unknown field');
  }
  return { fieldErrors: Object.fromEntries(fields), formErrors };
}

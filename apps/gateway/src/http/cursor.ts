import { fieldError } from './api-error.js';

/**
 * A list's cursor as the number it stands for; callers only hand it back.
 *
 * @param field the query parameter, for the complaint
 * @throws ApiError 400
 */
export function numericCursor(field: string, cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw fieldError(field, 'not a cursor of this list');
  return Number(cursor);
}

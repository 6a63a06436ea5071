/**
 * Something that a person must put right before the system can start. The message is one line that says
 * what is wrong and what to do; launchers print it without a stack.
 */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** Not `instanceof Error`: what Node itself throws may come from another realm, as in Jest's sandboxes. */
const isObject = (error: unknown): error is object => typeof error === 'object' && error !== null;

/** The `code` of a Node system error (ENOENT, EADDRINUSE …), or undefined for anything else. */
export const errorCode = (error: unknown): string | undefined =>
  isObject(error) && 'code' in error ? String(error.code) : undefined;

/** The text of anything that was thrown. */
export const errorText = (error: unknown): string =>
  isObject(error) && 'message' in error ? String(error.message) : String(error);

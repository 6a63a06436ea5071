/** Nest token of the ObjectStore. */
export const OBJECTS = Symbol('ObjectStore');

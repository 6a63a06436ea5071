import path from 'node:path';

/** The workspace root. src/ and dist/ lie equally deep, so this holds for both. */
export const repoRoot = path.resolve(import.meta.dirname, '..', '..', '..');

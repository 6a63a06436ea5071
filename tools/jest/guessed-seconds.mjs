/** What a spec takes where Jest has not seen it run yet, in seconds, as measured on two cores. */
export const guesses = [
  [/e2e\/kill-matrix\./, 270],
  [
    /e2e\/(dashboard|soak-(in-flight|freshness|sse|webhooks|chaos|idempotency)|operators|client-package)/,
    120,
  ],
  [/e2e\/whole-tree\./, 90],
  [/apps\/generator\/src\/(crash|generator)\.int\./, 65],
  [/apps\/local-replicate\/.*\.int\./, 30],
  [/apps\/gateway\/src\/(proxy-url|sse)\/.*\.int\./, 30],
  [/\.e2e\./, 25],
  [/apps\/.*\.int\./, 12],
  [/\.int\./, 10],
];

/** @param file path of a spec, with forward slashes */
export const guessedSeconds = (file) => guesses.find(([pattern]) => pattern.test(file))?.[1] ?? 1;

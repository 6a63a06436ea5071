import type { Results } from './results.ts';

/** PRODUCT 3.2, byte for byte, by the X-Error-Code each travels with. */
const REFUSALS: Readonly<Record<string, string>> = {
  quota_exceeded: '{"error":"monthly generation limit reached"}',
  overage_disabled: '{"error":"overage disabled — enable in project settings or upgrade plan"}',
};

/** Whoever was not accepted got a 429 of PRODUCT 3.2, exactly. */
export function checkRefusals(
  told: readonly { readonly status: number; readonly text: string; readonly code: string | null }[],
  results: Results,
): void {
  const wrong = told.filter(
    ({ status, text, code }) => status !== 200 && (status !== 429 || text !== REFUSALS[code ?? '']),
  );
  results.rule(
    'every refused caller is told with the exact 429',
    wrong.map(({ status, text, code }) => `${status} ${code} ${text}`),
  );
}

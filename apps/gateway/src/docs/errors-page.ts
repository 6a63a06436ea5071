import { API_ERRORS, type ApiErrorCode } from '@zoetrope/contracts/errors';
import { PLANS, type Plan } from '@zoetrope/contracts/plans';
import { ERROR_HELP, type Retry } from './error-help.js';

const RETRY: Readonly<Record<Retry, string>> = {
  yes: 'Yes, as it is.',
  later: 'Yes, once there is room in the month again.',
  after: 'Only after the fix: the same call gets the same answer.',
  no: 'No.',
};

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 46rem; margin: 0 auto; padding: 1rem }
  section:target { outline: 2px solid; outline-offset: .6rem }
  h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem }
  dt { font-weight: 600; margin-top: .4rem }
  dd { margin: 0 }
  table { border-collapse: collapse } td, th { text-align: left; padding: .3rem 1.2rem .3rem 0 }`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const prose = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

function section(code: ApiErrorCode): string {
  const { status, message } = API_ERRORS[code];
  const { cause, fix, retry, charged = 'No.' } = ERROR_HELP[code];
  return `<section id="${code}"><h2>${status} · <code>${code}</code></h2>
<p>“${escaped(message)}”</p>
<dl><dt>Cause</dt><dd>${prose(cause)}</dd><dt>Fix</dt><dd>${prose(fix)}</dd>
<dt>Was it charged?</dt><dd>${prose(charged)}</dd><dt>May I retry?</dt><dd>${RETRY[retry]}</dd></dl></section>`;
}

const dollars = (cents: number): string => `$${(cents / 100).toFixed(cents % 100 === 0 ? 0 : 2)}`;

const planRow = ({ name, priceCents, included, overageCents }: Plan): string =>
  `<tr><th>${name}</th><td>${dollars(priceCents)}</td><td>${included}</td>
<td>${overageCents === undefined ? 'never' : `${dollars(overageCents)} each`}</td></tr>`;

/** The page that `Link; rel="help"` and `rel="payment"` of every error lead to: each error by its code, and the plans. */
export function errorsPage(): string {
  const codes = Object.keys(API_ERRORS) as ApiErrorCode[];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Zoetrope: errors</title><style>${STYLE}</style></head><body>
<h1>Errors</h1>
<p>Every answer that is not a success carries its code in <code>X-Error-Code</code> and its words in
<code>{"error"}</code>; <code>X-Request-Id</code> names the call. With <code>Accept: application/problem+json</code>
the same comes as RFC 9457.</p>
<nav><ul>${codes.map((code) => `<li><a href="#${code}">${code}</a></li>`).join('')}</ul></nav>
${codes.map(section).join('\n')}
<section id="plans"><h2>Plans</h2><table>
<tr><th>plan</th><th>a month</th><th>generations</th><th>overage</th></tr>
${Object.values(PLANS).map(planRow).join('\n')}</table>
<p>Overage is enabled for each project in its billing settings: <code>PUT /api/projects/{id}/billing</code>.
The plan itself is changed by whoever runs this installation.</p></section>
</body></html>
`;
}

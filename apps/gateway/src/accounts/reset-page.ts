import { createHash } from 'node:crypto';
import { PASSWORD_MAX, PASSWORD_MIN } from '@zoetrope/contracts/api/users';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 24rem; margin: 12vh auto 0; padding: 1rem }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
input, button { padding: .6rem; margin: .3rem 0 1rem }`;

/** The token stands after `#`: it never reached a server; it is taken out of the address bar at once. */
const SCRIPT = `
const token = new URLSearchParams(location.hash.slice(1)).get('token') || '';
history.replaceState(null, '', location.pathname);
const form = document.querySelector('form');
const said = document.querySelector('[role=status]');
if (!token) { form.hidden = true; said.textContent = 'This link is not whole: ask for a new one.'; }
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  said.textContent = '';
  try {
    const answer = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, new_password: form.elements.password.value }),
    });
    const body = await answer.json();
    if (answer.ok) { form.hidden = true; said.textContent = 'Done. Sign in with your new password.'; return; }
    const fields = (body.details || {}).fieldErrors || {};
    const why = fields.token ? 'This link ' + fields.token[0] + '.'
      : fields.new_password ? 'The password ' + fields.new_password[0] + '.' : body.error;
    said.textContent = why;
  } catch { said.textContent = 'The service cannot be reached: try again.'; }
  button.disabled = false;
});`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing runs on the page but what is written in it, and it talks to nobody but us. */
export const RESET_PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hash(SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Where reset links lead. It works without the dashboard. */
export const RESET_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Zoetrope: choose a new password</title><style>${STYLE}</style></head>
<body><main><h1>New password</h1>
<form><label for="password">Choose a new password, ${PASSWORD_MIN} to ${PASSWORD_MAX} characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="${PASSWORD_MIN}">
<button>Save</button></form>
<p role="status"></p></main>
<script>${SCRIPT}</script></body></html>
`;

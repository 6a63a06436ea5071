import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { RESET_PAGE, RESET_PAGE_POLICY } from './reset-page.js';

/** Real: the page's script and its policy. Not real: the browser, of which the script uses these few things. */
const script = /<script>([\s\S]*)<\/script>/.exec(RESET_PAGE)?.[1] ?? '';

function open(hash: string, answers: { ok: boolean; body: unknown }[]) {
  const button = { disabled: false };
  const said = { textContent: '' };
  const sent: unknown[] = [];
  const shown: string[] = [];
  let submit: (event: { preventDefault(): void }) => Promise<void> = async () => undefined;
  const form = {
    hidden: false,
    elements: { password: { value: 'battery staple' } },
    querySelector: () => button,
    addEventListener: (_: string, listener: typeof submit) => {
      submit = listener;
    },
  };
  runInNewContext(script, {
    URLSearchParams,
    location: { hash, pathname: '/api/user/password/reset' },
    history: { replaceState: (_state: null, _title: string, path: string) => shown.push(path) },
    document: { querySelector: (what: string) => (what === 'form' ? form : said) },
    fetch: async (path: string, { method, body }: { method: string; body: string }) => {
      sent.push({ path, method, ...JSON.parse(body) });
      const answer = answers.shift();
      if (!answer) throw new TypeError('failed to fetch');
      return { ok: answer.ok, json: async () => answer.body };
    },
  });
  return { form, button, said, sent, shown, submit: () => submit({ preventDefault: () => undefined }) };
}

const invalid = (fieldErrors: Record<string, string[]>) => ({
  ok: false,
  body: { error: 'Validation failed', details: { fieldErrors, formErrors: [] } },
});

describe('the page behind a reset link', () => {
  it('sends the token that stands after #, and takes it out of the address', async () => {
    const page = open('#token=abc-_9', [{ ok: true, body: { user: null } }]);
    expect(page.shown).toEqual(['/api/user/password/reset']);
    await page.submit();
    expect(page.sent).toEqual([
      { path: '/api/user/password/reset', method: 'POST', token: 'abc-_9', new_password: 'battery staple' },
    ]);
    expect([page.form.hidden, page.said.textContent]).toEqual([
      true,
      'Done. Sign in with your new password.',
    ]);
  });

  it('says what was wrong, and lets the person try again', async () => {
    const page = open('#token=a', [
      invalid({ new_password: ['must have 8 characters or more'] }),
      invalid({ token: ['is not valid any more: ask for a new link'] }),
      { ok: false, body: { error: 'rate limited', retry_after_ms: 1 } },
    ]);
    const words: string[] = [];
    for (let n = 0; n < 4; n++) {
      await page.submit();
      words.push(page.said.textContent);
      expect([page.form.hidden, page.button.disabled]).toEqual([false, false]);
    }
    expect(words).toEqual([
      'The password must have 8 characters or more.',
      'This link is not valid any more: ask for a new link.',
      'rate limited',
      'The service cannot be reached: try again.',
    ]);
  });

  it('offers nothing without a token', () => {
    const page = open('', []);
    expect([page.form.hidden, page.said.textContent]).toEqual([
      true,
      'This link is not whole: ask for a new one.',
    ]);
  });

  it('may run this script and no other', () => {
    const hash = createHash('sha256').update(script).digest('base64');
    expect(RESET_PAGE_POLICY).toContain(`script-src 'sha256-${hash}';`);
    expect(RESET_PAGE).not.toMatch(/ on\w+=|src=/);
  });
});

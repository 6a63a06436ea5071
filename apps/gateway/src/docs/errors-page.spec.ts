import { expect, it } from '@jest/globals';
import { API_ERRORS, type ApiErrorCode } from '@zoetrope/contracts/errors';
import { ApiError } from '../http/api-error.js';
import { errorAnswer } from '../http/error-answer.js';
import { errorsPage } from './errors-page.js';

const page = errorsPage();
const asked = { accept: undefined, requestId: 'r', publicUrl: 'https://z.example' };

it.each(Object.keys(API_ERRORS) as ApiErrorCode[])('the links of %s lead to places on the page', (code) => {
  const link = errorAnswer(new ApiError(code), asked).headers.link ?? '';
  const targets = [...link.matchAll(/<https:\/\/z\.example\/docs\/errors#([a-z_]+)>/g)].map(([, id]) => id);
  expect(targets).toHaveLength(link.split(', ').length);
  for (const id of targets) expect(page).toContain(`<section id="${id}">`);
});

it('says of each error its cause, its fix, whether it was charged and whether to retry, and runs no script', () => {
  const sections = page.match(/<section id="[a-z_]+">.*?<\/section>/gs) ?? [];
  const errors = sections.filter((text) => !text.includes('id="plans"'));
  expect(errors).toHaveLength(Object.keys(API_ERRORS).length);
  for (const text of errors) {
    const questions = [...text.matchAll(/<dt>(.*?)<\/dt><dd>.+?<\/dd>/g)].map(([, question]) => question);
    expect(questions).toEqual(['Cause', 'Fix', 'Was it charged?', 'May I retry?']);
  }
  expect(page).not.toContain('<script');
  expect(page).toContain('<td>$0.10 each</td>');
});

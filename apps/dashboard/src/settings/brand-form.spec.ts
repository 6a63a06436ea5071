import { expect, it } from '@jest/globals';
import { type Brand, brandOf, formOf } from './brand-form.js';

const whole = {
  brandName: 'Aurora',
  colors: { primary: '#112233', accent: 'tomato' },
  fonts: { heading: 'Sora' },
  logoUrl: 'https://a.example/l.svg',
  messaging: { tone: 'calm', valueProps: ['light', 'quiet'] },
  design: { vibe: 'nordic', grid: 'twelve columns' },
} as Brand;

it('a brand comes out of the form as it went in, with what the form does not show', () => {
  expect(brandOf(formOf(whole), whole)).toEqual(whole);
});

it('what is empty is left out, and blank lines are no values', () => {
  const form = { ...formOf(null), brandName: ' Aurora ', valueProps: ' light \n\n quiet' };
  expect(brandOf(form, null)).toEqual({ brandName: 'Aurora', messaging: { valueProps: ['light', 'quiet'] } });
});

import { describe, expect, it } from '@jest/globals';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Motion, type MotionProps } from './react.js';

const markup = (props: MotionProps) => renderToStaticMarkup(createElement(Motion, props));
const addresses = { mp4Url: 'https://m.example.com/a.mp4', posterUrl: 'https://m.example.com/a.jpg' };

describe('what a server renders', () => {
  it('is the poster alone: no video is fetched before anybody comes near it', () => {
    const html = markup({ ...addresses, alt: 'A vase' });
    expect(html).toContain('poster="https://m.example.com/a.jpg"');
    expect(html).toContain('preload="none"');
    expect(html).not.toContain('.mp4');
    expect(html).toMatch(/aria-label="A vase".*role="img"|role="img".*aria-label="A vase"/);
  });

  it('is hidden from screen readers where it is decoration', () => {
    const html = markup({ ...addresses, alt: '' });
    expect(html).toContain('aria-hidden="true"');
    expect(html).not.toMatch(/role=|aria-label|tabindex/i);
  });

  it('can be reached with a keyboard where pointing at it plays it', () => {
    expect(markup({ ...addresses, alt: 'A vase', mode: 'animate-on-hover' })).toMatch(/tabindex="0"/i);
  });

  it('is addressed by what the asset is made of, its mode included, and keeps what is given for the video', () => {
    const html = markup({
      url: 'https://m.example.com',
      projectKey: 'pk_x',
      src: 'https://i.example.com/a.png',
      motion: 'kinetic',
      mode: 'animate-in',
      alt: 'A vase',
      className: 'hero',
    });
    expect(html).toContain(
      'poster="https://m.example.com/v1/pk_x/i.example.com/a.png.jpg?mode=animate-in&amp;motion=kinetic"',
    );
    expect(html).toContain('class="hero"');
    expect(html).not.toMatch(/ loop|projectKey|kinetic"? motion=/);
  });
});

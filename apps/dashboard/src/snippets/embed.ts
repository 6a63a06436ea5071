import type { Asset } from '../api/types.js';

export type Embeddable = Pick<Asset, 'mp4_url' | 'poster_url' | 'mode' | 'width' | 'height'>;

export interface Recipe {
  readonly name: string;
  readonly text: string;
  readonly note?: string;
}

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

const sizes = ({ width, height }: Embeddable): string =>
  width && height ? ` width="${width}" height="${height}"` : '';

/** What a browser needs to play it as its mode says. */
const PLAYING = {
  loop: 'autoplay muted loop playsinline',
  'animate-in': 'autoplay muted playsinline',
  'animate-on-hover': 'muted loop playsinline onmouseenter="this.play()" onmouseleave="this.pause()"',
} as const;

const REACT_PLAYING = {
  loop: ['autoPlay muted loop playsInline'],
  'animate-in': ['autoPlay muted playsInline'],
  'animate-on-hover': [
    'muted loop playsInline',
    'onMouseEnter={(event) => event.currentTarget.play()}',
    'onMouseLeave={(event) => event.currentTarget.pause()}',
  ],
} as const;

const html = (asset: Embeddable): string =>
  [
    '<video',
    `  src="${attribute(asset.mp4_url)}"`,
    `  poster="${attribute(asset.poster_url)}"`,
    `  ${PLAYING[asset.mode]}${sizes(asset)}`,
    '></video>',
  ].join('\n');

const markdown = (asset: Embeddable): string => `[![A short video](${asset.poster_url})](${asset.mp4_url})`;

const react = (asset: Embeddable): string =>
  [
    'export const Motion = () => (',
    '  <video',
    `    src=${JSON.stringify(asset.mp4_url)}`,
    `    poster=${JSON.stringify(asset.poster_url)}`,
    ...REACT_PLAYING[asset.mode].map((line) => `    ${line}`),
    ...(asset.width && asset.height ? [`    width={${asset.width}} height={${asset.height}}`] : []),
    '  />',
    ');',
  ].join('\n');

/** It begins by itself only for people who did not ask their system for less motion. */
const calm = (asset: Embeddable): string =>
  [
    html({ ...asset, mode: 'loop' }).replace('autoplay muted', 'data-zoetrope muted'),
    '<script>',
    "  if (!matchMedia('(prefers-reduced-motion: reduce)').matches)",
    "    for (const video of document.querySelectorAll('[data-zoetrope]')) video.play();",
    '</script>',
  ].join('\n');

/** Ways to put the video on a page; the address stays right through every regenerate. */
export const recipesOf = (asset: Embeddable): readonly Recipe[] => [
  { name: 'HTML', text: html(asset) },
  { name: 'React', text: react(asset) },
  {
    name: 'Markdown',
    text: markdown(asset),
    note: 'Readers see the poster, and the video when they click it.',
  },
  {
    name: 'Calm',
    text: calm(asset),
    note: 'Stays a still for people who asked their system for less motion.',
  },
];

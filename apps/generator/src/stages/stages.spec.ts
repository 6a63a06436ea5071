import { describe, expect, it } from '@jest/globals';
import type { ImageMeasures } from '@zoetrope/media/image';
import { MediaError } from '@zoetrope/media/media-error';
import { motionPrompt, withMotion } from '../vision/local-prompt.js';
import { refused } from './stage-error.js';
import { fitInto } from './stitch.js';

const measures: ImageMeasures = {
  palette: ['#c08040', '#202020', '#ffffff', '#000000'],
  contrast: 0.3,
  brightness: 0.7,
  saturation: 0.5,
  orientation: 'landscape',
  subject: { x: 0.1, y: 0.2, width: 0.3, height: 0.5, weight: 0.6 },
};
const promptOf = (changes: Partial<ImageMeasures> = {}) =>
  motionPrompt({ measures: { ...measures, ...changes }, motion: 'kinetic' });

describe('a motion prompt', () => {
  it('names move, subject, mood, brand and strength in plain English', () => {
    const brand = { brandName: 'Acme', messaging: { tone: 'playful' } };
    expect(motionPrompt({ measures, motion: 'subtle', brand })).toBe(
      'The camera pans smoothly to the left, the subject on the left kept sharp. ' +
        'Bright, vivid, warm mood with #c08040, #202020, #ffffff. Made for Acme, in a playful tone. subtle motion',
    );
  });

  it.each<[string, Partial<ImageMeasures>]>([
    ['pans smoothly to the right', { subject: { x: 0.6, y: 0, width: 0.4, height: 1, weight: 1 } }],
    [
      'tilts up',
      { orientation: 'portrait', subject: { x: 0.3, y: 0.1, width: 0.4, height: 0.8, weight: 1 } },
    ],
    ['pushes in', { subject: { x: 0.35, y: 0.35, width: 0.3, height: 0.3, weight: 1 } }],
    ['orbits', { contrast: 0.6, subject: { x: 0.1, y: 0.1, width: 0.8, height: 0.8, weight: 1 } }],
    ['drifts', { contrast: 0.1, subject: { x: 0.1, y: 0.1, width: 0.8, height: 0.8, weight: 1 } }],
    ['Dark, muted, neutral', { brightness: 0.1, saturation: 0.05, palette: ['#101010'] }],
    ['Balanced, natural, cool', { brightness: 0.5, saturation: 0.3, palette: ['#103080'] }],
  ])('says %p of what it measures', (words, changes) => {
    expect(promptOf(changes)).toContain(words);
  });

  it("tells the strength once, whoever's words they are", () => {
    expect(withMotion('waves roll in.', 'medium')).toBe('waves roll in. medium motion');
    expect(withMotion('calm. subtle motion', 'subtle')).toBe('calm. subtle motion');
  });
});

describe('the frame of the merged video', () => {
  it.each([
    [
      { width: 1000, height: 1000 },
      { width: 1280, height: 704 },
      { width: 704, height: 704 },
    ],
    [
      { width: 320, height: 256 },
      { width: 320, height: 256 },
      { width: 320, height: 256 },
    ],
    [
      { width: 144, height: 256 },
      { width: 720, height: 1280 },
      { width: 720, height: 1280 },
    ],
  ])('of %j in a clip of %j is %j', (wanted, clip, expected) => {
    expect(fitInto(wanted, clip)).toEqual(expected);
  });
});

describe('a video that was refused', () => {
  it('fails its stage with the reason, and a missing ffmpeg stays what it is', () => {
    const wrong = new MediaError('video_refused', 'the video has an audio track');
    expect(refused(wrong, 'merge_failed', false)).toMatchObject({
      code: 'merge_failed',
      transient: false,
      message: 'the video has an audio track',
    });
    const nothing = new MediaError('video_unreadable', 'not a readable video: /tmp/secret/video.mp4');
    expect(refused(nothing, 'i2v_failed', true)).toMatchObject({
      message: 'the output is no readable video',
    });
    const missing = new MediaError('ffmpeg_missing', 'ffmpeg not found');
    expect(refused(missing, 'i2v_failed', true)).toBe(missing);
  });
});

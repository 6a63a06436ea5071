import { describe, expect, it } from '@jest/globals';
import { ReplicateError } from '../http/replicate-error.js';
import { parseCreateBody } from './create-request.js';
import { MODELS } from './models.js';

const WAN = 'wan-video/wan-2.2-i2v-fast';
const LITE = 'bytedance/seedance-1-lite';
const PRO = 'bytedance/seedance-1-pro';
const P_VIDEO = 'prunaai/p-video';
const url = 'https://a.example/b.jpg';

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ReplicateError) return error.body;
    throw error;
  }
  return undefined;
};
const refused = (model: string, input: Record<string, unknown>) =>
  refusalOf(() => MODELS.get(model)?.check(input));
const field = (type: string, at: string, description: string) => ({ type, field: at, description });

describe('an input that a model cannot take is refused in the words of Replicate', () => {
  const integer = (given: string) => `Invalid type. Expected: integer, given: ${given}`;
  it.each([
    [WAN, { prompt: 'x' }, field('required', 'input', 'image is required')],
    [WAN, { image: url }, field('required', 'input', 'prompt is required')],
    [WAN, { prompt: 'x', image: 'b.jpg' }, field('format', 'input.image', "Does not match format 'uri'")],
    [
      WAN,
      { prompt: 'x', image: null },
      field('invalid_type', 'input.image', 'Invalid type. Expected: string, given: null'),
    ],
    [
      WAN,
      { prompt: 'x', image: url, num_frames: 80 },
      field('number_gte', 'input.num_frames', 'Must be greater than or equal to 81'),
    ],
    [
      WAN,
      { prompt: 'x', image: url, num_frames: 122 },
      field('number_lte', 'input.num_frames', 'Must be less than or equal to 121'),
    ],
    [
      WAN,
      { prompt: 'x', image: url, frames_per_second: 31 },
      field('number_lte', 'input.frames_per_second', 'Must be less than or equal to 30'),
    ],
    [
      WAN,
      { prompt: 'x', image: url, frames_per_second: 16.5 },
      field('invalid_type', 'input.frames_per_second', integer('number')),
    ],
    [
      WAN,
      { prompt: 'x', image: url, resolution: '1080p' },
      field('enum', 'input.resolution', 'input.resolution must be one of the following: "480p", "720p"'),
    ],
    [WAN, { prompt: 'x', image: url, seed: 'one' }, field('invalid_type', 'input.seed', integer('string'))],
    [
      LITE,
      { prompt: 'x', duration: 1 },
      field('number_gte', 'input.duration', 'Must be greater than or equal to 2'),
    ],
    [
      LITE,
      { prompt: 'x', duration: 13 },
      field('number_lte', 'input.duration', 'Must be less than or equal to 12'),
    ],
    [LITE, { prompt: 'x', duration: 2.5 }, field('invalid_type', 'input.duration', integer('number'))],
    [LITE, { prompt: 'x', duration: '5' }, field('invalid_type', 'input.duration', integer('string'))],
    [
      LITE,
      { prompt: 'x', fps: 30 },
      field('enum', 'input.fps', 'input.fps must be one of the following: 24'),
    ],
    [
      LITE,
      { prompt: 'x', last_frame_image: url },
      field('missing_dependency', 'input', 'Has a dependency on image'),
    ],
    [
      LITE,
      { prompt: 'x', reference_images: Array(5).fill(url) },
      field('array_max_items', 'input.reference_images', 'Array must have at most 4 items'),
    ],
    [
      PRO,
      { prompt: 'x', camera_fixed: 'no' },
      field('invalid_type', 'input.camera_fixed', 'Invalid type. Expected: boolean, given: string'),
    ],
    [
      PRO,
      { prompt: 'x', aspect_ratio: '2:1' },
      field(
        'enum',
        'input.aspect_ratio',
        'input.aspect_ratio must be one of the following: "16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21"',
      ),
    ],
    [
      P_VIDEO,
      { prompt: 'x', duration: 21 },
      field('number_lte', 'input.duration', 'Must be less than or equal to 20'),
    ],
    [
      P_VIDEO,
      { prompt: 'x', fps: 30 },
      field('enum', 'input.fps', 'input.fps must be one of the following: 24, 48'),
    ],
    [
      P_VIDEO,
      { prompt: 'x', resolution: '480p' },
      field('enum', 'input.resolution', 'input.resolution must be one of the following: "720p", "1080p"'),
    ],
    [
      P_VIDEO,
      { prompt: 'x', save_audio: 0 },
      field('invalid_type', 'input.save_audio', 'Invalid type. Expected: boolean, given: integer'),
    ],
    [
      P_VIDEO,
      { prompt: ['x'] },
      field('invalid_type', 'input.prompt', 'Invalid type. Expected: string, given: array'),
    ],
    [
      P_VIDEO,
      { prompt: 'x', last_frame_image: url },
      field('missing_dependency', 'input', 'Has a dependency on image'),
    ],
  ])('%s with %j', (model, input, expected) => {
    expect(refused(model, input)).toEqual({
      title: 'Input validation failed',
      detail: `- ${expected.field}: ${expected.description}\n`,
      status: 422,
      invalid_fields: [expected],
    });
  });

  it('with every fault at once', () => {
    const body = refused(LITE, { duration: 99, fps: 1 });
    expect(body?.invalid_fields?.map(({ type }) => type).sort()).toEqual(['enum', 'number_lte', 'required']);
  });
});

describe('an input that a model takes', () => {
  it.each([
    [WAN, { prompt: 'x', image: url, last_image: null, seed: null }],
    [LITE, { prompt: 'x', image: url, last_frame_image: 'data:image/png;base64,AA==', seed: 4_294_967_295 }],
    [P_VIDEO, { prompt: '', image: url }],
  ])('%s with %j is accepted', (model, input) => expect(refused(model, input)).toBeUndefined());

  it('may hold names that the model does not know: they are ignored, as at Replicate', () => {
    expect(refused(P_VIDEO, { prompt: 'x', motion: 'kinetic' })).toBeUndefined();
  });

  it('is not changed by being checked', () => {
    const input = { prompt: 'x', image: url };
    MODELS.get(WAN)?.check(input);
    expect(input).toEqual({ prompt: 'x', image: url });
  });
});

describe('the members of a create call', () => {
  it.each([
    [
      { inptu: {} },
      [
        field('required', '', 'input is required'),
        field('additional_property_not_allowed', '', 'Additional property inptu is not allowed'),
      ],
    ],
    [{ input: {}, webhook: 'here' }, [field('format', 'webhook', "Does not match format 'uri'")]],
    [{ input: [] }, [field('invalid_type', 'input', 'Invalid type. Expected: object, given: array')]],
    [undefined, [field('required', '', 'input is required')]],
  ])('%j are refused', (body, fields) => {
    expect(refusalOf(() => parseCreateBody(body))?.invalid_fields).toEqual(fields);
  });
});

import { describe, expect, it } from '@jest/globals';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { EndGenerationWhenCancelRequested } from './end-generation-when-cancel-requested.js';

describe('a cancel or a deletion', () => {
  it('is never given up, however often ending its generation failed', () => {
    const { end } = EndGenerationWhenCancelRequested.prototype;
    expect(Reflect.getMetadata(PATTERN_EXTRAS_METADATA, end)).toMatchObject({
      durable: 'generator-requests',
      maxDeliveries: Number.POSITIVE_INFINITY,
    });
  });
});

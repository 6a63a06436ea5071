import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { ObjectStore } from '@zoetrope/objects/store';
import { OBJECTS } from '../resources/tokens.js';
import { BoundedMap } from './bounded-map.js';
import type { Span } from './conditional.js';

/** Objects up to this are read whole and kept for a while; a 4 s loop has about 1 MB. Bytes. */
const SMALL = 4 * 1024 * 1024;
/** Most memory for kept objects, bytes. */
const KEPT = 64 * 1024 * 1024;

/** Bytes of immutable objects, the small ones from memory. */
@Injectable()
export class ObjectBytes {
  private readonly kept = new BoundedMap<Buffer>(KEPT);
  private readonly reading = new Map<string, Promise<Buffer | undefined>>();

  constructor(@Inject(OBJECTS) private readonly objects: ObjectStore) {}

  /**
   * Opens an object or a part of it.
   *
   * @param size length of the whole object in bytes
   * @returns undefined when there is none; a stream must be read or destroyed
   * @throws ObjectStoreError unavailable
   */
  async open(key: string, size: number, span?: Span): Promise<Buffer | Readable | undefined> {
    if (size > SMALL) return (await this.objects.get(key, span))?.stream;
    const whole = await this.whole(key);
    return span === undefined ? whole : whole?.subarray(span.start, span.end + 1);
  }

  /** A small object, whole. @returns undefined when there is none */
  async whole(key: string): Promise<Buffer | undefined> {
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    // Objects never change, so everybody who asks meanwhile may share one read.
    const reading = this.reading.get(key) ?? this.read(key);
    this.reading.set(key, reading);
    try {
      return await reading;
    } finally {
      this.reading.delete(key);
    }
  }

  private async read(key: string): Promise<Buffer | undefined> {
    const content = await this.objects.get(key);
    if (content === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of content.stream) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    this.kept.set(key, bytes, bytes.byteLength);
    return bytes;
  }
}

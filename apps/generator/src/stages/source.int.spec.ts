import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import type { Generation } from '@zoetrope/domain/generation';
import { ATTACK_URLS } from '@zoetrope/egress/testing/attacks';
import { withTempFolder } from '@zoetrope/media/temp';
import { photoLike } from '@zoetrope/media/testing';
import { openObjectStore } from '@zoetrope/objects/open';
import type { ObjectStore } from '@zoetrope/objects/store';
import type { GeneratorConfig } from '../config.js';
import { SourceStage } from './source.js';

/** A generation of an asset with this source. */
const from = (src: string) =>
  ({ number: 1, queued: { src, assetId: 'a'.repeat(32) } }) as Pick<Generation, 'number' | 'queued'>;

/** Real: a web server and files for objects. */
const fetched = (body: Buffer, headers: OutgoingHttpHeaders) =>
  withTempFolder(async (folder) => {
    const server = createServer((_request, response) => response.writeHead(200, headers).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const config = { PUBLIC_URL: 'http://own.test', ZOETROPE_EGRESS_ALLOW: ['127.0.0.0/8'] };
    const objects = await openObjectStore({ OBJECTS_DIR: path.join(folder, 'objects') });
    const stage = new SourceStage(objects, config as unknown as GeneratorConfig, { now: () => 0 });
    try {
      return await stage.run(from(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`));
    } finally {
      server.close();
    }
  });

it('says of a source that came compressed that it did', async () => {
  const photo = await photoLike({ width: 320, height: 256, seed: 1 });
  for (const coding of ['gzip', 'X-GZIP', 'br', 'aws-chunked, gzip']) {
    await expect(fetched(gzipSync(photo), { 'content-encoding': coding })).rejects.toMatchObject({
      code: 'source_unfetchable',
      message: 'the server compressed it although asked not to',
      transient: false,
    });
  }
});

it('takes bytes that are as they are, whatever harmless word stands in the header', async () => {
  const photo = await photoLike({ width: 320, height: 256, seed: 1 });
  for (const headers of [{}, { 'content-encoding': 'identity' }, { 'content-encoding': 'aws-chunked' }])
    expect(await fetched(photo, headers)).toBeInstanceOf(Function);
});

it(`refuses ${ATTACK_URLS.length} attack addresses for good, before anything is asked of the network`, async () => {
  const config = { PUBLIC_URL: 'http://own.test', ZOETROPE_EGRESS_ALLOW: [] };
  const stage = new SourceStage({} as ObjectStore, config as unknown as GeneratorConfig, { now: () => 0 });
  for (const url of ATTACK_URLS) {
    const outcome = await stage.run(from(url)).catch((error: unknown) => error);
    expect([url, outcome]).toEqual([
      url,
      expect.objectContaining({ code: 'source_unfetchable', transient: false }),
    ]);
  }
});

import { expect, it } from '@jest/globals';
import { ATTACK_URLS } from '@zoetrope/egress/testing/attacks';
import type { NotifierConfig, Timings } from '../config.js';
import { Receiver } from './receiver.js';
import type { SignedHeaders } from './signing.js';

/** The same table as for sources: what is refused when saved is refused again when it is delivered to. */
it(`a webhook reaches none of ${ATTACK_URLS.length} attack addresses`, async () => {
  const config = { ZOETROPE_EGRESS_ALLOW: [] } as unknown as NotifierConfig;
  const receiver = new Receiver(config, { receiverMs: 1_000 } as Timings);
  for (const url of ATTACK_URLS) {
    const answer = await receiver.post(url, {} as SignedHeaders, '{}');
    expect([url, answer]).toEqual([
      url,
      expect.objectContaining({ ok: false, reason: expect.stringMatching(/^(forbidden_address|bad_url): /) }),
    ]);
  }
});

import { isTransient, ProviderError } from './provider-error.js';
import { retryAfterMs } from './retry-after.js';

export interface CappedDownload {
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** For the whole body, in ms. */
  readonly timeoutMs: number;
}

/**
 * Reads a body that must not be longer than `maxBytes`, whatever its headers promise.
 * @throws ProviderError, transient unless the address is wrong for good
 */
export async function readCapped(url: string, options: CappedDownload): Promise<Buffer> {
  const { headers, maxBytes, timeoutMs } = options;
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw badStatus(answer);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new ProviderError(`output over ${maxBytes} bytes`, 200, false, false);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('the output could not be downloaded', undefined, true, false, { cause: error });
  }
}

const badStatus = ({ status, headers }: Response) => {
  const message = `the output's address answered with status ${status}`;
  const later = retryAfterMs(headers.get('retry-after'), Date.now());
  return new ProviderError(message, status, isTransient(status), false, undefined, later);
};

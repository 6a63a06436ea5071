import { useRef } from 'react';
import { newKey } from '../api/client.js';
import { Failure } from '../api/failure.js';

/**
 * The Idempotency-Key of a form: the same while the same is sent again because nobody answered, another one after an
 * answer or for other content.
 */
export function useKey(): { keyFor(content: string): string; settled(error?: unknown): void } {
  const held = useRef<{ content: string; key: string } | undefined>(undefined);
  return {
    keyFor(content) {
      if (held.current?.content !== content) held.current = { content, key: newKey() };
      return held.current.key;
    },
    settled(error) {
      if (!(error instanceof Failure && error.isAway)) held.current = undefined;
    },
  };
}

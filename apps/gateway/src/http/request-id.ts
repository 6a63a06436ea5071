import { randomUUID } from 'node:crypto';
import { SaneRequestId } from '@zoetrope/contracts/api/common';

/** The caller's X-Request-Id when it is sane, else a fresh one. For correlation only: it decides nothing. */
export function requestIdOf(header: string | string[] | undefined): string {
  const given = SaneRequestId.safeParse(header);
  return given.success ? given.data : randomUUID();
}

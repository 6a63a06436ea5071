import { parseCidrList } from '@zoetrope/egress/address';
import { checkUrl } from '@zoetrope/egress/url';
import { fieldError } from '../http/api-error.js';

/** Whether an address may be fetched is judged when it is: what it resolves to, and what is allowed, may change. */
const EVERY_ADDRESS = parseCidrList('0.0.0.0/0,::/0');

/**
 * Whether a source has the shape of an address that can be fetched: http or https, a host, no user name.
 * @throws ApiError 400 on field `src`
 */
export function checkSourceUrl(src: string): void {
  const checked = checkUrl(src, { allow: EVERY_ADDRESS });
  if (!checked.ok) throw fieldError('src', checked.refusal.message);
}

/**
 * What follows `Authorization: Bearer` (RFC 6750 2.1). Undefined for no header or another scheme, such as the Basic of
 * a proxy in front: the cookie counts then. An empty string is a token too, one that nobody has.
 */
export function bearerToken(header: string | undefined): string | undefined {
  const [scheme = '', ...rest] = (header ?? '').trim().split(/\s+/);
  return scheme.toLowerCase() === 'bearer' ? rest.join(' ') : undefined;
}

/** The header that a 401 must carry (RFC 9110 11.6.1), with RFC 6750's word for what was wrong with a token. */
export function challenge(error?: 'invalid_token' | 'insufficient_scope') {
  const scope = error === 'insufficient_scope' ? ', scope="write"' : '';
  const reason = error ? `, error="${error}"${scope}` : '';
  return { headers: { 'www-authenticate': `Bearer realm="zoetrope"${reason}` } };
}

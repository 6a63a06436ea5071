/** Where somebody was before signing in; only ever a page of ours. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith('/') || /^\/[/\\]/.test(next)) return '/';
  return next;
}

import { Injectable } from '@nestjs/common';

export interface KnownRoute {
  readonly method: string;
  /** Fastify's pattern: `/api/assets/:id`, `/v1/*`. */
  readonly pattern: string;
}

const asRegExp = (pattern: string): RegExp => {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z_]\w*/g, '[^/]+').replace(/\*/g, '.*')}$`);
};

/** Which paths exist under which methods, as Fastify was told: for 405 answers and for the check of OpenAPI. */
@Injectable()
export class RouteTable {
  private readonly known: (KnownRoute & { readonly matches: RegExp })[] = [];

  add(methods: string | readonly string[], pattern: string): void {
    for (const method of [methods].flat() as string[]) {
      this.known.push({ method, pattern, matches: asRegExp(pattern) });
    }
  }

  get routes(): readonly KnownRoute[] {
    return this.known;
  }

  /** Methods that some route answers for the path of `url`, sorted. Patterns that match everything do not count. */
  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0] ?? url;
    const methods = this.known
      .filter(({ pattern, matches }) => pattern !== '*' && pattern !== '/*' && matches.test(path))
      .map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}

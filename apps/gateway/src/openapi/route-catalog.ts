import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/internal';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PUBLIC_ROUTE, SESSION_ROUTE } from '../accounts/caller.js';
import { RATE_BUCKET } from '../rate-limit/rate-limit.guard.js';
import { INTERNAL_ROUTE, ROUTE_DOCUMENT, type RouteDocument } from './documented.js';

/** One route of our controllers. */
export interface CatalogRoute {
  readonly method: string;
  /** Fastify's pattern, with its leading slash. */
  readonly pattern: string;
  readonly isPublic: boolean;
  /** API tokens are refused. */
  readonly sessionOnly: boolean;
  readonly rateBucket: string;
  /** Undefined: not for users, or forgotten; a test tells the two apart. */
  readonly document?: RouteDocument;
  /** Who calls it, when it is not for users. */
  readonly internal?: string;
  readonly tag: string;
}

type Handler = (...args: unknown[]) => unknown;

const joined = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;

/** Every route of every controller, with what its decorators say. */
@Injectable()
export class RouteCatalog {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  routes(): CatalogRoute[] {
    return this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (metatype ? this.routesOf(metatype as Type) : []))
      .sort((a, b) => a.pattern.localeCompare(b.pattern) || a.method.localeCompare(b.method));
  }

  private routesOf(controller: Type): CatalogRoute[] {
    const prototype = controller.prototype as Record<string, Handler>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      return handler ? this.patterns(controller, handler) : [];
    });
  }

  private patterns(controller: Type, handler: Handler): CatalogRoute[] {
    const method = this.reflector.get<RequestMethod | undefined>(METHOD_METADATA, handler);
    if (method === undefined) return [];
    const prefixes = [this.reflector.get<string | string[]>(PATH_METADATA, controller)].flat();
    const paths = [this.reflector.get<string | string[]>(PATH_METADATA, handler)].flat();
    return prefixes.flatMap((prefix) =>
      paths.map((path) => ({
        method: RequestMethod[method] ?? '',
        pattern: joined(prefix, path),
        isPublic: this.about<boolean>(PUBLIC_ROUTE, controller, handler) === true,
        sessionOnly: this.about<boolean>(SESSION_ROUTE, controller, handler) === true,
        rateBucket: this.about<string>(RATE_BUCKET, controller, handler) ?? 'other',
        document: this.about<RouteDocument>(ROUTE_DOCUMENT, controller, handler),
        internal: this.about<string>(INTERNAL_ROUTE, controller, handler),
        tag: controller.name.replace(/Controller$/, ''),
      })),
    );
  }

  private about<T>(key: string, controller: Type, handler: Handler): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [handler, controller]);
  }
}

import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const YEAR_MS = 365 * 86_400_000;

/** The dashboard's hashed files, with the compressed forms that its build made; a year, since a name never changes its bytes. */
export async function serveStatic(fastify: FastifyInstance, folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  await fastify.register(fastifyStatic, {
    root: folder,
    prefix: '/static/',
    index: false,
    decorateReply: false,
    preCompressed: true,
    immutable: true,
    maxAge: YEAR_MS,
  });
}

import { Controller, type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { EventLog } from '../event-log.js';
import { JetStreamTransport, type TransportOptions } from '../transport.js';

/** A Nest application with these controllers on the transport, as a service runs them. */
export async function handlerApp(
  log: EventLog,
  controllers: Type[],
  options: Partial<TransportOptions> = {},
): Promise<{ app: INestApplication; transport: JetStreamTransport }> {
  class TestModule {}
  Module({ controllers })(TestModule);
  for (const controller of controllers) Controller()(controller);
  const app = await NestFactory.create(TestModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  const transport = new JetStreamTransport({ log, ...options });
  app.connectMicroservice({ strategy: transport });
  try {
    await app.startAllMicroservices();
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, transport };
}

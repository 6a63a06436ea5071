import { createServer } from 'node:net';
import { errorCode } from './start-failure.js';

const listenOnce = (port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });

/** A TCP port on 127.0.0.1 that nobody listens on right now. */
export const freePort = (): Promise<number> => listenOnce(0, '127.0.0.1');

/** Whether `port` can be listened on at `host` right now. Errors other than "in use" are thrown. */
export const portIsFree = async (port: number, host = '127.0.0.1'): Promise<boolean> => {
  try {
    await listenOnce(port, host);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return false;
    throw error;
  }
};

/** The wanted port if it is free, else another free one. */
export const portNear = async (wanted: number | undefined): Promise<number> =>
  wanted !== undefined && (await portIsFree(wanted)) ? wanted : freePort();

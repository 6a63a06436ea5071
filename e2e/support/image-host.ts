import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ImageHost {
  readonly origin: string;
  stop(): Promise<void>;
}

/** A customer's web server: files by path, 404 for the rest. */
export async function startImageHost(files: Record<string, Uint8Array>): Promise<ImageHost> {
  const server = createServer((request, response) => {
    const bytes = files[new URL(request.url ?? '/', 'http://host').pathname];
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream' }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, stop };
}

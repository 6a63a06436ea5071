/** Real: a TLS server on loopback with a certificate for images.test, valid to 2126. Injected: DNS answers. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCidrList } from './address.js';
import { guardedFetch } from './fetch.js';

/** Protects nothing: made for this file alone. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc9ugRcHIZZJeYwxP
5/oDTf4oORMbOq5TWtxLHLklzZChRANCAATsMkCBwYJTyqWMzLjvSybjxY+8O1xv
jb0C85TCcEime0bkzdI/SzXMrsZAsGe7yG9iW4PVdBAyj2frHFMfd0Ba
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUQqTFBKoMjc+2vJGa9uGvpOHDijYwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLaW1hZ2VzLnRlc3QwIBcNMjYxMTIyMTMyNTQ4WhgPMjEyNjEw
MjkxMzI1NDhaMBYxFDASBgNVBAMMC2ltYWdlcy50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE7DJAgcGCU8qljMy470sm48WPvDtcb429AvOUwnBIpntG5M3S
P0s1zK7GQLBnu8hvYluD1XQQMo9n6xxTH3dAWqNrMGkwHQYDVR0OBBYEFE11TOXF
c7DoGF0Wz1TSX4JN7vybMB8GA1UdIwQYMBaAFE11TOXFc7DoGF0Wz1TSX4JN7vyb
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILaW1hZ2VzLnRlc3QwCgYIKoZI
zj0EAwIDSAAwRQIhAOMIG1o1pUeTx5Up1QAFrQmJVw+sYV/q3yQ9aVNCtNGVAiAy
/gdGx7dDF39j0S+pZ+vuE+Um4iy/p/Y4TWel1PvFmw==
-----END CERTIFICATE-----
`;

describe('https through a pinned address', () => {
  const common = { maxBytes: 1000, allow: parseCidrList('127.0.0.1'), resolve: async () => ['127.0.0.1'] };
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer({ key, cert }, (request, response) => {
      response.end(`${(request.socket as import('node:tls').TLSSocket).servername} ${request.headers.host}`);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  it('names the host in the handshake and in the request, and checks its certificate', async () => {
    const answer = await guardedFetch(`https://images.test:${port}/`, { ...common, tls: { ca: cert } });
    expect(answer.bytes.toString()).toBe(`images.test images.test:${port}`);
  });

  it.each([
    ['of another name', 'other.test', { ca: cert }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['for a bare address', '127.0.0.1', { ca: cert }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of an unknown authority', 'images.test', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('refuses a certificate %s', async (_what, host, tls, why) => {
    const failing = guardedFetch(`https://${host}:${port}/`, { ...common, tls });
    const message = `cannot connect to ${host}:${port}: ${why}`;
    await expect(failing).rejects.toMatchObject({ code: 'unreachable', message });
  });
});

import { describe, expect, it } from '@jest/globals';
import { runInContext } from './context.js';
import { createLogger, PinoNestLogger } from './logging.js';

function recorded() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, logger: createLogger({ service: 'quota', level: 'debug', destination }) };
}

describe('createLogger', () => {
  it('adds request, asset and trace of the work that logs', () => {
    const { lines, logger } = recorded();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    runInContext({ requestId: 'r', assetId: 'x', traceparent }, () => logger.info('inside'));
    logger.info('outside');
    expect(lines[0]).toMatchObject({
      requestId: 'r',
      assetId: 'x',
      traceId: 'a'.repeat(32),
      service: 'quota',
    });
    expect(lines[1]).not.toHaveProperty('requestId');
  });

  it('shows no credential, wherever it is', () => {
    const { lines, logger } = recorded();
    const secret = 'tell-nobody';
    logger.info({ authorization: secret, headers: { cookie: secret, 'set-cookie': secret } }, 'one');
    logger.info({ req: { headers: { authorization: secret } }, user: { password: secret } }, 'two');
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).toContain('[redacted]');
  });
});

describe('PinoNestLogger', () => {
  it('keeps the context and the stack that Nest hands over', () => {
    const { lines, logger } = recorded();
    const nest = new PinoNestLogger(logger);
    nest.log('started', 'NestFactory');
    nest.error('failed', 'Error: failed\n    at somewhere', 'Handler');
    nest.warn(new Error('odd'), 'Other');
    expect(lines).toMatchObject([
      { level: 'info', msg: 'started', context: 'NestFactory' },
      { level: 'error', msg: 'failed', context: 'Handler', stack: expect.stringContaining('somewhere') },
      { level: 'warn', msg: 'odd', context: 'Other', err: { message: 'odd' } },
    ]);
  });
});

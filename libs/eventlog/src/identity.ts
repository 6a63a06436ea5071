import { createHash } from 'node:crypto';

/** A fact's id: 32 hex characters that follow from what caused it, so a repeated append is recognised. */
export const factId = (causeId: string, type: string, key = ''): string =>
  createHash('sha256').update(`${causeId}:${type}:${key}`).digest('hex').slice(0, 32);

/** `Nats-Msg-Id`. With the subject in it, since the broker's window spans a whole stream. */
export const messageId = (subject: string, id: string): string => `${subject}:${id}`;

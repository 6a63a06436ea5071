import { createHash } from 'node:crypto';

const hex32 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The `webhook-id`: of one fact, so the same on every attempt, redelivery and replay. */
export const eventIdOf = (factId: string): string => `evt_${hex32(factId)}`;

/** One event on its way to one endpoint. A project has one endpoint, whatever its address is at the moment. */
export const deliveryIdOf = (eventId: string, projectId: string): string =>
  `dlv_${hex32(`${eventId} ${projectId}`)}`;

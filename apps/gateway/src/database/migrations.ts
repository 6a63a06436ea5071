import { Views1700000000002 } from '@zoetrope/projections/views-2';
import { Views1700000000030 } from '@zoetrope/projections/views-30';
import { Views1700000000041 } from '@zoetrope/projections/views-41';
import { SigningSecrets1700000000010 } from '../signing/secrets-2.js';
import { WebhookInbox1700000000060 } from '../webhook-inbox/inbox-60.js';
import { WebhookSecrets1700000000040 } from '../webhooks/secrets-40.js';
import { ApiTokens1700000000021 } from './api-tokens-21.js';
import { Limits1700000000020 } from './limits-20.js';
import { Secrets1700000000001 } from './secrets-1.js';

/** Every migration, oldest first; the number in a name decides the order. */
export const MIGRATIONS = [
  Secrets1700000000001,
  Views1700000000002,
  SigningSecrets1700000000010,
  Limits1700000000020,
  ApiTokens1700000000021,
  Views1700000000030,
  WebhookSecrets1700000000040,
  Views1700000000041,
  WebhookInbox1700000000060,
];

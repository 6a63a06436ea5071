/** The door of the package: what its users import. Inside, files import each other. */
export { ZoetropeError } from './errors.js';
export type { AnswerOf, BodyOf, CallOptions, Operation } from './operations.js';
export {
  type AssetParameters,
  buildProxyUrl,
  type ProxyUrl,
  type Signing,
  signProxyUrl,
} from './proxy-url.js';
export type { Connection, RetryOptions } from './transport.js';
export type { EventData, EventName, WatchEvent, WatchOptions, WatchTarget } from './watch.js';
export {
  type VerifyOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
  type WebhookType,
  WebhookVerificationError,
} from './webhook.js';
export {
  type AssetDetail,
  type PrepareAsk,
  type Prepared,
  type RegenerateAsk,
  type Regenerated,
  type Repeatable,
  Zoetrope,
} from './zoetrope.js';

import { type EventData, type EventName, eventOf } from '@zoetrope/contracts/events';
import type { Recorded } from '@zoetrope/contracts/fact';
import { GenerationCancelled } from '@zoetrope/contracts/facts/generation';

/** `public` leaves out error texts, prompts, request ids, names of our caches and everything about webhooks. */
export type View = 'public' | 'owner';

/** Members of facts that become members of events; each name means the same on every fact that has it. */
interface Told {
  readonly assetId: string;
  readonly generation: number;
  readonly attempt?: number;
  readonly stage?: EventData['stage'];
  readonly latencyMs?: number;
  readonly code?: string;
  readonly message?: string;
  readonly prompt?: string;
  readonly reason?: string;
  readonly at?: number;
  readonly nextAttemptAt?: number;
  readonly unconfirmed?: string[];
  readonly deliveryId?: string;
  readonly eventType?: string;
  readonly responseCode?: number;
}

/** What outsiders are told of a fact (PRODUCT 6); undefined when the view does not show it. */
export function eventDataOf(fact: Recorded, view: View): { name: EventName; data: EventData } | undefined {
  const name = eventOf(fact);
  if (!name || (view === 'public' && name.startsWith('webhook_'))) return undefined;
  const data = view === 'owner' ? { ...shared(fact), ...ownersOnly(fact, name) } : shared(fact);
  return { name, data };
}

function shared(fact: Recorded): EventData {
  const told = fact.data as Told;
  const cancelled = GenerationCancelled.is(fact);
  return {
    asset_id: told.assetId,
    generation: told.generation,
    ts: fact.meta.ts,
    attempt: told.attempt ?? 1,
    stage: told.stage ?? STAGE_OF_FACT[fact.type],
    latency_ms: told.latencyMs,
    error_code: cancelled ? 'cancelled' : told.code,
    reason: cancelled ? told.reason : undefined,
    retry_at: told.at,
  };
}

function ownersOnly(fact: Recorded, name: EventName): Partial<EventData> {
  const told = fact.data as Told;
  const webhook = name.startsWith('webhook_');
  return {
    request_id: fact.meta.requestId,
    error_msg: webhook ? told.reason : told.message,
    vision_prompt: told.prompt,
    unconfirmed: told.unconfirmed,
    ...(webhook && {
      delivery_id: told.deliveryId,
      event_type: told.eventType,
      response_code: told.responseCode,
      retry_at: told.nextAttemptAt,
    }),
  };
}

const STAGE_OF_FACT: Readonly<Record<string, EventData['stage']>> = {
  VisionStarted: 'vision',
  VisionCompleted: 'vision',
  VisionFailed: 'vision',
  Mp4Stored: 'r2_write',
};

import type { CommandId } from '@zoetrope/contracts/ids';
import type { Decision } from '@zoetrope/contracts/messages';
import type { Ledger } from '@zoetrope/domain/ledger';

/** What a ledger says of a command, as the waiting gateway hears it. */
export function outcomeOf(ledger: Ledger, commandId: CommandId): Decision {
  const entry = ledger.entries.get(commandId);
  if (!entry) return { outcome: 'undecided', commandId };
  if (entry.state === 'denied') {
    return { outcome: 'denied', commandId, generation: entry.generation, reason: entry.reason };
  }
  const generation = entry.state === 'reserved' ? entry.reservation.generation : entry.generation;
  return { outcome: 'reserved', commandId, generation };
}

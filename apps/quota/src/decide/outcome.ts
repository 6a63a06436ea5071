import type { CommandId } from '@zoetrope/contracts/ids';
import type { Decision } from '@zoetrope/contracts/messages';
import { entryOf, type Ledger } from '@zoetrope/domain/ledger';

/** What a ledger says of a command, as the waiting gateway hears it. */
export function outcomeOf(ledger: Ledger, commandId: CommandId): Decision {
  const entry = entryOf(ledger, commandId);
  if (!entry) return { outcome: 'undecided', commandId };
  const { generation } = entry;
  if (entry.state === 'denied') return { outcome: 'denied', commandId, generation, reason: entry.reason };
  return { outcome: 'reserved', commandId, generation };
}

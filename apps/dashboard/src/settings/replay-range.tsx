import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, keyed } from '../api/client.js';
import { useKey } from '../regenerate/use-key.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { SelectField, TextField } from '../ui/field.js';
import { Modal } from '../ui/modal.js';
import { toast } from '../ui/toasts.js';
import { counted } from '../ui/words.js';
import { DELIVERY_WORDS } from './deliveries.js';

const HOUR_MS = 3_600_000;
/** As `datetime-local` writes it: the person's own clock, to the minute. */
const local = (ts: number): string =>
  new Date(ts - new Date(ts).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
type Status = 'delivered' | 'failed' | 'dead_letter' | 'held';

/** Everything of a time range once more: counted first, then sent. */
export function ReplayRange({
  projectId,
  onClose,
}: {
  readonly projectId: string;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const key = useKey();
  const [from, setFrom] = useState(() => local(Date.now() - HOUR_MS));
  const [to, setTo] = useState(() => local(Date.now() + 60_000));
  const [status, setStatus] = useState<Status | ''>('');
  const range = { from: Date.parse(from), to: Date.parse(to), ...(status && { status }) };
  const params = { path: { id: projectId } };
  const send = (body: typeof range & { dry_run?: boolean }) =>
    answer(
      api.POST('/api/projects/{id}/webhooks/replay', {
        params,
        body,
        ...keyed(key.keyFor(JSON.stringify(body))),
      }),
    );
  const count = useMutation({
    mutationFn: () => send({ ...range, dry_run: true }),
    onSettled: (_, error) => key.settled(error),
  });
  const replay = useMutation({
    mutationFn: () => send(range),
    onSettled: (_, error) => key.settled(error),
    onSuccess: ({ count }) => {
      toast(`${counted(count, 'delivery', 'deliveries')} sent again`);
      void client.invalidateQueries({ queryKey: ['deliveries', projectId] });
      onClose();
    },
  });
  const taking =
    <T,>(set: (value: T) => void) =>
    (event: { target: { value: string } }) => {
      set(event.target.value as T);
      count.reset();
    };
  const counting = count.data?.count;
  return (
    <Modal
      title="Replay a time range"
      narrow
      onClose={onClose}
      foot={
        <>
          <span className="quiet small" role="status">
            {counting !== undefined && `${counted(counting, 'delivery', 'deliveries')} would be sent`}
          </span>
          <div className="row">
            <button
              type="button"
              className="button plain"
              disabled={count.isPending}
              onClick={() => count.mutate()}
            >
              Count them
            </button>
            <button
              type="button"
              className="button primary"
              disabled={!counting || replay.isPending}
              onClick={() => replay.mutate()}
            >
              Send again
            </button>
          </div>
        </>
      }
    >
      <div className="stack">
        <TextField label="From" type="datetime-local" value={from} onChange={taking(setFrom)} />
        <TextField label="To" type="datetime-local" value={to} onChange={taking(setTo)} />
        <SelectField label="Only those that are" value={status} onChange={taking(setStatus)}>
          <option value="">anything but on their way</option>
          {(['delivered', 'failed', 'dead_letter', 'held'] as const).map((value) => (
            <option key={value} value={value}>
              {DELIVERY_WORDS[value][0]}
            </option>
          ))}
        </SelectField>
        <Problem error={count.error ?? replay.error} />
        <ShowAsCode
          call={{
            method: 'POST',
            path: `/api/projects/${projectId}/webhooks/replay`,
            body: range,
            keyed: true,
          }}
        />
      </div>
    </Modal>
  );
}

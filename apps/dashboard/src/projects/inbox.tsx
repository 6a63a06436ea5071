import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { inboxQuery, webhooksQuery } from '../api/queries.js';
import { Problem } from '../shell/problem.js';
import { Code, CopyButton } from '../ui/code.js';
import { clockOf } from '../ui/words.js';

/** How often it is looked into while it is open, ms: the project's events do not tell of tests. */
const LOOK_MS = 3_000;

/** Points the project's webhooks at our own inbox and sends a test there. */
function useTry(projectId: string) {
  const client = useQueryClient();
  const params = { path: { id: projectId } };
  return useMutation({
    mutationFn: async (address: string) => {
      const set = await answer(
        api.PUT('/api/projects/{id}/webhooks', { params, body: { webhook_url: address } }),
      );
      await answer(api.POST('/api/projects/{id}/webhooks/test', { params }));
      return set.webhook_secret;
    },
    onSettled: () => client.invalidateQueries({ queryKey: webhooksQuery(projectId).queryKey }),
  });
}

/** A receiver that is there before a customer has written one: what came, and whether its signature is right. */
export function InboxView({ projectId }: { readonly projectId: string }) {
  const { data: inbox } = useQuery({ ...inboxQuery(projectId), refetchInterval: LOOK_MS });
  const { data: webhooks } = useQuery(webhooksQuery(projectId));
  const attempt = useTry(projectId);
  if (!inbox || !webhooks) return <div className="skeleton inbox-skeleton" />;
  const elsewhere = webhooks.webhook_url !== null && webhooks.webhook_url !== inbox.url;
  return (
    <div className="stack">
      <p>
        This inbox is an endpoint of this service: it receives your webhooks and verifies their signatures, so
        you can see what your server will get.
      </p>
      <div className="row">
        <button
          type="button"
          className="button plain small"
          disabled={attempt.isPending || elsewhere}
          onClick={() => attempt.mutate(inbox.url)}
        >
          {attempt.isPending
            ? 'Sending …'
            : webhooks.webhook_url === inbox.url
              ? 'Send another test'
              : 'Send a test to the inbox'}
        </button>
        <CopyButton text={inbox.url} what="inbox address" label="Copy its address" />
      </div>
      {elsewhere && (
        <p className="small">This project’s webhooks go to your own endpoint; the inbox leaves it alone.</p>
      )}
      {attempt.data && <SecretOnce secret={attempt.data} />}
      <Problem error={attempt.error} />
      <Received items={inbox.items} />
    </div>
  );
}

export const SecretOnce = ({ secret }: { readonly secret: string }) => (
  <div className="note lamp">
    <strong>Your signing secret, shown this once:</strong>
    <Code text={secret} what="webhook signing secret" wrap />
  </div>
);

function Received({ items }: { readonly items: readonly Item[] }) {
  const [open, setOpen] = useState<string>();
  if (items.length === 0) return <p className="small">Nothing has arrived yet.</p>;
  return (
    <ul className="inbox" aria-label="Received webhooks">
      {items.map((item) => (
        <li key={item.id}>
          <button
            type="button"
            className="inbox-line"
            aria-expanded={open === item.id}
            onClick={() => setOpen(open === item.id ? undefined : item.id)}
          >
            <span className={`badge ${item.verified ? 'good' : 'bad'}`}>
              {item.verified ? 'verified' : 'not verified'}
            </span>
            <strong>{item.event_type ?? 'unknown'}</strong>
            <time className="quiet figures">{clockOf(item.received_at)}</time>
          </button>
          {open === item.id && (
            <div className="stack tight">
              {item.reason && <p className="complaint">{item.reason}</p>}
              <Code text={pretty(item.body_preview)} what="received body" wrap />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
type Item = import('../api/types.js').Inbox['items'][number];

/** JSON with its lines; anything else as it came. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

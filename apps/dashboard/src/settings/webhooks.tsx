import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { webhooksQuery } from '../api/queries.js';
import type { Webhooks as View } from '../api/types.js';
import { InboxView, SecretOnce } from '../projects/inbox.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { Switch } from '../ui/controls.js';
import { TextField } from '../ui/field.js';
import { toast } from '../ui/toasts.js';
import { dateOf } from '../ui/words.js';
import { Deliveries } from './deliveries.js';
import { SaveBar } from './save-bar.js';
import { same } from './text.js';
import { useProject } from './use-project.js';

type EventType = View['webhook_events'][number];

const EVENTS: readonly [EventType, string][] = [
  ['asset.completed', 'a new video is live'],
  ['asset.failed', 'a generation failed'],
  ['asset.queued', 'one was accepted'],
  ['asset.stage_completed', 'a stage is done'],
  ['asset.cancelled', 'one was cancelled'],
  ['asset.retry_scheduled', 'a stage is tried again'],
  ['quota.threshold', '80 or 100 % of the month are used'],
];

/** Where events go, whether they arrive, and sending them again. */
export function Webhooks() {
  const { project } = useProject();
  const { data: webhooks } = useSuspenseQuery(webhooksQuery(project.id));
  const [secret, setSecret] = useState<string>();
  return (
    <div className="stack wide">
      <div className="settings-two">
        <div className="stack">
          <Health webhooks={webhooks} />
          <EndpointForm
            key={webhooks.webhook_url}
            projectId={project.id}
            webhooks={webhooks}
            onSecret={setSecret}
          />
          {secret && <SecretOnce secret={secret} />}
          {webhooks.webhook_secret_preview && (
            <Secret projectId={project.id} preview={webhooks.webhook_secret_preview} onSecret={setSecret} />
          )}
        </div>
        <section className="panel stack" aria-labelledby="inbox">
          <h2 id="inbox">Inbox</h2>
          <InboxView projectId={project.id} />
        </section>
      </div>
      <Deliveries projectId={project.id} />
    </div>
  );
}

function Health({
  webhooks: { webhooks_disabled: off, webhooks_failing: failing },
}: {
  readonly webhooks: View;
}) {
  if (off)
    return (
      <p className="note bad" role="alert">
        {off.reason === 'gone' ? 'Your endpoint answered 410 Gone' : 'Five days of nothing but failures'}, so
        nothing is sent since {dateOf(off.at)}. What waits is held: mend it, enable webhooks again and replay.
      </p>
    );
  if (!failing) return null;
  return (
    <p className="note lamp" role="alert">
      Nothing but failures since {dateOf(failing.since)}. If nothing gets through it is disabled on{' '}
      {dateOf(failing.disables_at)}.
    </p>
  );
}

interface EndpointFormProps {
  readonly projectId: string;
  readonly webhooks: View;
  readonly onSecret: (secret: string) => void;
}

function EndpointForm({ projectId, webhooks, onSecret }: EndpointFormProps) {
  const client = useQueryClient();
  const [url, setUrl] = useState(webhooks.webhook_url ?? '');
  const [events, setEvents] = useState<ReadonlySet<EventType>>(new Set(webhooks.webhook_events));
  const [on, setOn] = useState(webhooks.webhooks_enabled);
  const body = {
    webhook_url: url.trim() || null,
    webhook_events: EVENTS.map(([name]) => name).filter((name) => events.has(name)),
    webhooks_enabled: on,
  };
  const before = {
    webhook_url: webhooks.webhook_url,
    webhook_events: EVENTS.map(([name]) => name).filter((name) => webhooks.webhook_events.includes(name)),
    webhooks_enabled: webhooks.webhooks_enabled,
  };
  const params = { path: { id: projectId } };
  const save = useMutation({
    mutationFn: () => answer(api.PUT('/api/projects/{id}/webhooks', { params, body })),
    onSuccess: ({ webhook_secret, ...next }) => {
      client.setQueryData(webhooksQuery(projectId).queryKey, next);
      if (webhook_secret) onSecret(webhook_secret);
    },
  });
  const toggle = (name: EventType, wanted: boolean) => {
    const next = new Set(events);
    if (wanted) next.add(name);
    else next.delete(name);
    setEvents(next);
  };
  return (
    <form
      className="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <h2>Endpoint</h2>
      <TextField
        label="Address"
        type="url"
        value={url}
        placeholder="https://example.com/hooks/zoetrope"
        onChange={(event) => setUrl(event.target.value)}
        complaint={complaintOf(save.error, 'webhook_url')}
      />
      <fieldset className="checks">
        <legend>Tell it when</legend>
        {EVENTS.map(([name, words]) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={events.has(name)}
              onChange={(event) => toggle(name, event.target.checked)}
            />
            <span>
              {words} <code className="quiet">{name}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <Switch
        label="Enabled"
        help="The first test that is delivered enables it by itself."
        on={on}
        onChange={setOn}
      />
      <SaveBar
        save={save}
        clean={same(body, before)}
        call={{ method: 'PUT', path: `/api/projects/${projectId}/webhooks`, body }}
      />
      {webhooks.webhook_url && <SendTest projectId={projectId} />}
    </form>
  );
}

function SendTest({ projectId }: { readonly projectId: string }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/projects/{id}/webhooks/test', { params: { path: { id: projectId } } })),
    onSuccess: () => {
      toast('A test event is on its way');
      void client.invalidateQueries({ queryKey: ['deliveries', projectId] });
    },
  });
  return (
    <div className="stack tight">
      <div>
        <button
          type="button"
          className="button plain"
          disabled={test.isPending}
          onClick={() => test.mutate()}
        >
          Send a test event
        </button>
      </div>
      <Problem error={test.error} />
    </div>
  );
}

interface SecretProps {
  readonly projectId: string;
  readonly preview: string;
  readonly onSecret: (secret: string) => void;
}

function Secret({ projectId, preview, onSecret }: SecretProps) {
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/projects/{id}/webhooks/rotate-secret', { params: { path: { id: projectId } } })),
    onSuccess: ({ webhook_secret }) => {
      onSecret(webhook_secret);
      void client.invalidateQueries({ queryKey: ['webhooks', projectId] });
    },
  });
  return (
    <section className="panel stack tight" aria-labelledby="secret">
      <h2 id="secret">Signing secret</h2>
      <div className="row apart">
        <code>{preview}</code>
        <button
          type="button"
          className="button plain small"
          disabled={rotate.isPending}
          onClick={() => rotate.mutate()}
        >
          Rotate
        </button>
      </div>
      <p className="quiet small">
        Shown whole when it is made, and never again. After a rotation both sign for 24 hours. Verify with any
        Standard Webhooks library.
      </p>
      <Problem error={rotate.error} />
    </section>
  );
}

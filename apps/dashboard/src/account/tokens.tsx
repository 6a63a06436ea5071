import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { tokensQuery } from '../api/queries.js';
import type { Token } from '../api/types.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { Code } from '../ui/code.js';
import { SelectField, TextField } from '../ui/field.js';
import { toast } from '../ui/toasts.js';
import { ago, dateOf } from '../ui/words.js';

/** Keys of servers, to call the API without a session. */
export function Tokens() {
  const { data } = useSuspenseQuery(tokensQuery);
  const [made, setMade] = useState<string>();
  return (
    <div className="stack wide settings">
      <NewToken onMade={setMade} />
      {made && (
        <div className="note lamp" role="status">
          <strong>Your new token, shown this once:</strong>
          <Code text={made} what="API token" wrap />
          <Code
            text={`curl ${window.location.origin}/api/projects -H 'Authorization: Bearer ${made}'`}
            what="first call"
            wrap
          />
        </div>
      )}
      <section className="stack tight" aria-labelledby="tokens">
        <h2 id="tokens">Your tokens</h2>
        {data.items.length === 0 ? (
          <p className="quiet">
            None yet. A token lets your server prepare and regenerate without a password.
          </p>
        ) : (
          <ul className="deliveries">
            {data.items.map((token) => (
              <Row key={token.id} token={token} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function NewToken({ onMade }: { readonly onMade: (token: string) => void }) {
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: (body: { name: string; scope: 'read' | 'write' }) =>
      answer(api.POST('/api/user/tokens', { body })),
    onSuccess: ({ token }) => {
      onMade(token);
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  return (
    <form
      className="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        create.mutate({
          name: String(form.get('name')),
          scope: form.get('scope') === 'write' ? 'write' : 'read',
        });
      }}
    >
      <h2>Make a token</h2>
      <div className="two">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          placeholder="Web shop backend"
          complaint={complaintOf(create.error, 'name')}
        />
        <SelectField label="It may" name="scope" defaultValue="read">
          <option value="read">read only</option>
          <option value="write">read and change</option>
        </SelectField>
      </div>
      <Problem error={create.error} />
      <div>
        <button type="submit" className="button primary" disabled={create.isPending}>
          Make it
        </button>
      </div>
    </form>
  );
}

function Row({ token }: { readonly token: Token }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => answer(api.DELETE('/api/user/tokens/{id}', { params: { path: { id: token.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
    onError: () => toast('The token was not revoked: the server did not answer', 'bad'),
  });
  return (
    <li className="delivery token">
      <span className="stack tight">
        <strong className="clip">{token.name}</strong>
        <span className="quiet small">
          since {dateOf(token.created_at)},{' '}
          {token.last_used_at ? `last used ${ago(token.last_used_at)}` : 'never used'}
        </span>
      </span>
      <span className="badge">{token.scope === 'write' ? 'read and change' : 'read only'}</span>
      <button
        type="button"
        className="button danger small"
        disabled={revoke.isPending}
        onClick={() => revoke.mutate()}
        aria-label={`Revoke ${token.name}`}
      >
        Revoke
      </button>
    </li>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';

/** The password, and the sessions that were opened with it. */
export function Security() {
  return (
    <div className="stack wide settings">
      <ChangePassword />
      <Everywhere />
    </div>
  );
}

function ChangePassword() {
  const [filled, setFilled] = useState(0);
  const change = useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      answer(api.POST('/api/user/password', { body })),
    onSuccess: () => setFilled((n) => n + 1),
  });
  return (
    <form
      key={filled}
      className="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        change.mutate({
          current_password: String(form.get('current')),
          new_password: String(form.get('new')),
        });
      }}
    >
      <h2>Change the password</h2>
      <TextField
        label="Current password"
        name="current"
        type="password"
        autoComplete="current-password"
        required
        complaint={complaintOf(change.error, 'current_password')}
      />
      <TextField
        label="New password"
        name="new"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        help="8 characters or more. Other sessions end."
        complaint={complaintOf(change.error, 'new_password')}
      />
      <Problem error={change.error} />
      {change.isSuccess && (
        <p className="note good" role="status">
          The password is changed.
        </p>
      )}
      <div>
        <button type="submit" className="button primary" disabled={change.isPending}>
          Change it
        </button>
      </div>
    </form>
  );
}

function Everywhere() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const out = useMutation({
    mutationFn: () => answer(api.POST('/api/user/signout', { params: { query: { everywhere: 'true' } } })),
    onSuccess: async () => {
      await navigate({ to: '/signin' });
      client.clear();
    },
  });
  return (
    <section className="panel stack">
      <h2>Sessions</h2>
      <p className="quiet">Ends every session of yours, on every device, this one too. API tokens stay.</p>
      <Problem error={out.error} />
      <div>
        <button type="button" className="button danger" disabled={out.isPending} onClick={() => out.mutate()}>
          Sign out everywhere
        </button>
      </div>
    </section>
  );
}

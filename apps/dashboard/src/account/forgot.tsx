import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answer, api } from '../api/client.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';
import { Door } from './door.js';

export function Forgot() {
  const ask = useMutation({
    mutationFn: (email: string) => answer(api.POST('/api/user/password/forgot', { body: { email } })),
  });
  return (
    <Door title="Forgot the password?">
      {ask.data ? (
        <p className="note good" role="status">
          {ask.data.message}
        </p>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate(String(new FormData(event.currentTarget).get('email')));
          }}
        >
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            complaint={complaintOf(ask.error, 'email')}
          />
          <Problem error={ask.error} />
          <button type="submit" className="button primary wide" disabled={ask.isPending}>
            Send me a link
          </button>
        </form>
      )}
      <p className="small">
        <Link to="/signin">Back to sign in</Link>
      </p>
    </Door>
  );
}

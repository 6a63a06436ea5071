import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api } from '../api/client.js';
import { sessionQuery } from '../api/queries.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';

interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

interface SignInFormProps {
  readonly onSignedIn: (user: User) => unknown;
  readonly email?: string;
}

/** E-mail and password, on the sign-in page and over a page whose session has ended. */
export function SignInForm({ onSignedIn, email }: SignInFormProps) {
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => answer(api.POST('/api/user/signin', { body })),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      if (session.user) await onSignedIn(session.user);
    },
  });
  const submit = (form: FormData) =>
    signIn.mutate({ email: String(form.get('email')), password: String(form.get('password')) });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        required
        complaint={complaintOf(signIn.error, 'email')}
      />
      <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
      <Problem error={signIn.error} />
      <button type="submit" className="button primary wide" disabled={signIn.isPending}>
        {signIn.isPending ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  );
}

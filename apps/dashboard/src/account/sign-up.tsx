import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { answer, api } from '../api/client.js';
import { sessionQuery } from '../api/queries.js';
import { complaintOf, Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';
import { Door, OtherWays } from './door.js';
import { safeNext } from './next.js';

export function SignUp() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { next } = useSearch({ strict: false });
  const signUp = useMutation({
    mutationFn: (body: { name: string; email: string; password: string }) =>
      answer(api.POST('/api/user/signup', { body })),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      return navigate({ href: safeNext(next), replace: true });
    },
  });
  const submit = (form: FormData) =>
    signUp.mutate({
      name: String(form.get('name')),
      email: String(form.get('email')),
      password: String(form.get('password')),
    });
  const { error } = signUp;
  return (
    <Door title="Make an account">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          required
          maxLength={120}
          complaint={complaintOf(error, 'name')}
        />
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          complaint={complaintOf(error, 'email')}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          help="8 characters or more"
          complaint={complaintOf(error, 'password')}
        />
        <Problem error={error} />
        <button type="submit" className="button primary wide" disabled={signUp.isPending}>
          {signUp.isPending ? 'Making your account …' : 'Make my account'}
        </button>
      </form>
      <OtherWays />
      <p className="small">
        The free plan has 5 generations a month. Have an account?{' '}
        <Link to="/signin" search={{ next }}>
          Sign in
        </Link>
      </p>
    </Door>
  );
}

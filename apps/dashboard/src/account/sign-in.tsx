import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { hasExpired } from '../api/connection.js';
import { Door, OtherWays } from './door.js';
import { safeNext } from './next.js';
import { SignInForm } from './sign-in-form.js';

export function SignIn() {
  const navigate = useNavigate();
  const { next, error } = useSearch({ strict: false });
  const enter = () => {
    hasExpired.set(false);
    return navigate({ href: safeNext(next), replace: true });
  };
  return (
    <Door title="Sign in">
      {error && (
        <p className="note bad" role="alert">
          You could not be signed in that way ({error}). Try again, or use your password.
        </p>
      )}
      <SignInForm onSignedIn={enter} />
      <OtherWays />
      <p className="row apart small">
        <span>
          New here?{' '}
          <Link to="/signup" search={{ next }}>
            Make an account
          </Link>
        </span>
        <Link to="/forgot">Forgot the password?</Link>
      </p>
    </Door>
  );
}

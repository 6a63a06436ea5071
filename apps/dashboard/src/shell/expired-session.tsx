import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SignInForm } from '../account/sign-in-form.js';
import { hasExpired } from '../api/connection.js';
import { meQuery } from '../api/queries.js';
import { useStore } from '../api/store.js';
import { Modal } from '../ui/modal.js';

/** Over the page that somebody was on when the session ended: it stays as it is beneath, with what was typed. */
export function ExpiredSession() {
  const expired = useStore(hasExpired);
  const client = useQueryClient();
  const navigate = useNavigate();
  const before = client.getQueryData(meQuery.queryKey);
  if (!expired || !before) return null;
  const goOn = async (user: { readonly id: string }) => {
    hasExpired.set(false);
    if (user.id === before.id) return client.invalidateQueries();
    client.clear();
    await navigate({ to: '/' });
  };
  return (
    <Modal title="Your session has ended" narrow>
      <div className="stack">
        <p className="quiet">Sign in again and go on where you were. Nothing on this page is lost.</p>
        <SignInForm email={before.email} onSignedIn={goOn} />
      </div>
    </Modal>
  );
}

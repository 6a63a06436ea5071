import { Link, Outlet } from '@tanstack/react-router';

/** The frame of what belongs to a person. */
export function AccountPage() {
  return (
    <main className="page">
      <div className="page-head">
        <h1>Account</h1>
      </div>
      <nav className="tabs" aria-label="Account">
        <Link to="/account/usage" className="tab">
          Usage
        </Link>
        <Link to="/account/tokens" className="tab">
          API tokens
        </Link>
        <Link to="/account/security" className="tab">
          Password and sessions
        </Link>
      </nav>
      <Outlet />
    </main>
  );
}

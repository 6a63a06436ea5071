import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { assetQuery, meQuery } from '../api/queries.js';
import { useLive } from '../live/live.js';
import { count } from '../ui/words.js';
import { Logo, Slits } from '../ui/zoetrope.js';
import { ExpiredSession } from './expired-session.js';
import { AccountMenu, ProjectMenu } from './menus.js';

/** The project in view: of the address, or the one that the asset in view belongs to. */
function useProjectId(): string | undefined {
  const { projectId, assetId } = useParams({ strict: false });
  const { data } = useQuery({ ...assetQuery(assetId ?? ''), enabled: assetId !== undefined });
  return projectId ?? data?.asset.project_id;
}

/** What is left of the month, small. */
function UsageLink() {
  const { data: me } = useQuery(meQuery);
  if (!me) return <span className="usage-link" aria-hidden="true" />;
  const { used, reserved, limit } = me.generations;
  return (
    <Link to="/account/usage" className="usage-link figures">
      <span className="usage-slits">
        <Slits used={used} next={reserved} of={limit} most={20} label="Generations used this month" />
      </span>
      <span>
        {count(used + reserved)} <span className="usage-of">of {count(limit)}</span>
      </span>
    </Link>
  );
}

/** Every page of somebody who is signed in. */
export function AppShell() {
  const projectId = useProjectId();
  useLive(projectId);
  return (
    <>
      <a href="#content" className="skip button">
        Skip to the content
      </a>
      <header className="bar">
        <div className="bar-inner">
          <Link to="/" aria-label="Zoetrope, your assets" className="bar-logo">
            <Logo />
          </Link>
          <ProjectMenu projectId={projectId} />
          <span className="bar-gap" />
          <UsageLink />
          <AccountMenu />
        </div>
      </header>
      <div id="content" tabIndex={-1}>
        <Outlet />
      </div>
      <ExpiredSession />
    </>
  );
}

import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { projectQuery } from '../api/queries.js';
import { rememberProject } from './last-project.js';

/** The frame of everything about one project. */
export function ProjectPage() {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  useEffect(() => rememberProject(projectId), [projectId]);
  const params = { projectId };
  return (
    <main className="page">
      <div className="page-head">
        <h1>{project.name}</h1>
      </div>
      <nav className="tabs" aria-label="Project">
        <Link
          to="/projects/$projectId"
          params={params}
          activeOptions={{ exact: true, includeSearch: false }}
          className="tab"
        >
          Assets
        </Link>
        <Link to="/projects/$projectId/new" params={params} className="tab">
          Create
        </Link>
        <Link to="/projects/$projectId/activity" params={params} className="tab">
          Activity
        </Link>
        <Link to="/projects/$projectId/settings/brand" params={params} className="tab">
          Brand
        </Link>
        <Link to="/projects/$projectId/settings/proxy" params={params} className="tab">
          Proxy
        </Link>
        <Link to="/projects/$projectId/settings/webhooks" params={params} className="tab">
          Webhooks
        </Link>
        <Link to="/projects/$projectId/settings/billing" params={params} className="tab">
          Billing
        </Link>
        <Link to="/projects/$projectId/settings/general" params={params} className="tab">
          General
        </Link>
      </nav>
      <Outlet />
    </main>
  );
}

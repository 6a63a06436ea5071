import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Failure } from './api/failure.js';
import {
  assetQuery,
  meQuery,
  projectQuery,
  projectsQuery,
  type StatusFilter,
  sessionQuery,
  tokensQuery,
  webhooksQuery,
} from './api/queries.js';
import { Grid } from './assets/grid.js';
import { lastProject } from './projects/last-project.js';
import { ProjectPage } from './projects/project-page.js';
import { RegenerateHost } from './regenerate/host.js';
import { AppShell } from './shell/app-shell.js';
import { AwayBanner } from './shell/banners.js';
import { FailedPage } from './shell/failed-page.js';
import { NotFound } from './shell/not-found.js';
import { Toasts } from './ui/toasts.js';

interface Context {
  readonly client: QueryClient;
}

/** Nothing there, or somebody else's: the 404 page. Anything else is the error page's. */
const orNotFound = async <T,>(reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && (error.status === 404 || error.status === 410)) throw notFound();
    throw error;
  }
};

const root = createRootRouteWithContext<Context>()({
  component: () => (
    <>
      <Outlet />
      <RegenerateHost />
      <Toasts />
      <AwayBanner />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: FailedPage,
});

const doorSearch = (search: Record<string, unknown>): { next?: string; error?: string } => ({
  ...(typeof search.next === 'string' && { next: search.next }),
  ...(typeof search.error === 'string' && { error: search.error }),
});
const door = { getParentRoute: () => root, validateSearch: doorSearch } as const;
const signIn = createRoute({
  ...door,
  path: '/signin',
  component: lazyRouteComponent(() => import('./account/sign-in.js'), 'SignIn'),
});
const signUp = createRoute({
  ...door,
  path: '/signup',
  component: lazyRouteComponent(() => import('./account/sign-up.js'), 'SignUp'),
});
const forgot = createRoute({
  ...door,
  path: '/forgot',
  component: lazyRouteComponent(() => import('./account/forgot.js'), 'Forgot'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: AppShell,
  beforeLoad: async ({ context: { client }, location }) => {
    const { user } = await client.ensureQueryData(sessionQuery);
    if (!user) throw redirect({ to: '/signin', search: { next: location.href } });
  },
  loader: ({ context: { client } }) => void client.prefetchQuery(meQuery),
});

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: async ({ context: { client } }) => {
    const { items } = await client.fetchQuery(projectsQuery);
    const project = items.find(({ id }) => id === lastProject()) ?? items[0];
    throw project
      ? redirect({ to: '/projects/$projectId', params: { projectId: project.id }, replace: true })
      : redirect({ to: '/projects', replace: true });
  },
});
const projects = createRoute({
  getParentRoute: () => app,
  path: '/projects',
  loader: ({ context: { client } }) => client.ensureQueryData(projectsQuery),
  component: lazyRouteComponent(() => import('./projects/projects.js'), 'Projects'),
});

const project = createRoute({
  getParentRoute: () => app,
  path: '/projects/$projectId',
  loader: ({ context: { client }, params }) =>
    orNotFound(client.ensureQueryData(projectQuery(params.projectId))),
  component: ProjectPage,
});
const statusOf = (status: unknown): StatusFilter =>
  status === 'pending' || status === 'ready' || status === 'failed' ? status : undefined;
const grid = createRoute({
  getParentRoute: () => project,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { status?: 'pending' | 'ready' | 'failed' } => {
    const status = statusOf(search.status);
    return status ? { status } : {};
  },
  component: Grid,
});
const create = createRoute({
  getParentRoute: () => project,
  path: '/new',
  component: lazyRouteComponent(() => import('./create/create.js'), 'Create'),
});
const activity = createRoute({
  getParentRoute: () => project,
  path: '/activity',
  component: lazyRouteComponent(() => import('./projects/activity.js'), 'Activity'),
});
const brand = createRoute({
  getParentRoute: () => project,
  path: '/settings/brand',
  component: lazyRouteComponent(() => import('./settings/brand.js'), 'Brand'),
});
const proxy = createRoute({
  getParentRoute: () => project,
  path: '/settings/proxy',
  component: lazyRouteComponent(() => import('./settings/proxy.js'), 'ProxySettings'),
});
const webhooks = createRoute({
  getParentRoute: () => project,
  path: '/settings/webhooks',
  loader: ({ context: { client }, params }) => client.ensureQueryData(webhooksQuery(params.projectId)),
  component: lazyRouteComponent(() => import('./settings/webhooks.js'), 'Webhooks'),
});
const billing = createRoute({
  getParentRoute: () => project,
  path: '/settings/billing',
  component: lazyRouteComponent(() => import('./settings/billing.js'), 'Billing'),
});
const general = createRoute({
  getParentRoute: () => project,
  path: '/settings/general',
  component: lazyRouteComponent(() => import('./settings/general.js'), 'General'),
});

const asset = createRoute({
  getParentRoute: () => app,
  path: '/assets/$assetId',
  loader: ({ context: { client }, params }) => orNotFound(client.ensureQueryData(assetQuery(params.assetId))),
  component: lazyRouteComponent(() => import('./assets/asset-page.js'), 'AssetPage'),
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.js'), 'AccountPage'),
});
const accountHome = createRoute({
  getParentRoute: () => account,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/account/usage', replace: true });
  },
});
const usage = createRoute({
  getParentRoute: () => account,
  path: '/usage',
  loader: ({ context: { client } }) => client.ensureQueryData(meQuery),
  component: lazyRouteComponent(() => import('./account/usage.js'), 'Usage'),
});
const tokens = createRoute({
  getParentRoute: () => account,
  path: '/tokens',
  loader: ({ context: { client } }) => client.ensureQueryData(tokensQuery),
  component: lazyRouteComponent(() => import('./account/tokens.js'), 'Tokens'),
});
const security = createRoute({
  getParentRoute: () => account,
  path: '/security',
  component: lazyRouteComponent(() => import('./account/security.js'), 'Security'),
});

const tree = root.addChildren([
  signIn,
  signUp,
  forgot,
  app.addChildren([
    home,
    projects,
    project.addChildren([grid, create, activity, brand, proxy, webhooks, billing, general]),
    asset,
    account.addChildren([accountHome, usage, tokens, security]),
  ]),
]);

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    defaultErrorComponent: FailedPage,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

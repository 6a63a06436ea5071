import '@fontsource-variable/bricolage-grotesque/index.css';
import '@fontsource-variable/geist/index.css';
import '@fontsource-variable/geist-mono/index.css';
import './styles/tokens.css';
import './styles/base.css';
import './ui/ui.css';
import './ui/zoetrope.css';
import './shell/shell.css';
import './account/door.css';
import './assets/assets.css';
import './assets/asset-page.css';
import './regenerate/regenerate.css';
import './create/create.css';
import './projects/projects.css';
import './settings/settings.css';
import './styles/calm.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Failure } from './api/failure.js';
import { makeRouter } from './router.js';

/** A refusal is final; a server that is away is looked for by the banner, which reads everything anew. */
const again = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof Failure && error.status > 0 && error.status < 500);

const client = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: again, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});
const router = makeRouter(client);

const place = document.getElementById('root');
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { providersQuery } from '../api/queries.js';
import { Drum, Logo } from '../ui/zoetrope.js';

const NAMES = { google: 'Google', github: 'GitHub' } as const;

/** The way in: the machine on one side, a form on the other. */
export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="door">
      <section className="door-show" aria-label="Zoetrope">
        <Logo />
        <Drum />
        <div className="stack tight">
          <p className="door-claim">Stills in. Motion out. The URL never changes.</p>
          <p className="door-more">
            Regenerate a video in place, and every page that embeds it shows the new one.
          </p>
        </div>
      </section>
      <main className="door-form">
        <div className="stack">
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}

/** Google and GitHub, where this installation has keys for them. */
export function OtherWays() {
  const { data } = useQuery(providersQuery);
  if (!data?.providers.length) return null;
  return (
    <div className="stack tight">
      {data.providers.map((provider) => (
        <a key={provider} className="button plain wide" href={`/api/user/oauth/${provider}`}>
          Go on with {NAMES[provider]}
        </a>
      ))}
    </div>
  );
}

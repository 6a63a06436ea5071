import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { assetsQuery, inboxQuery, projectQuery, tokensQuery } from '../api/queries.js';
import { Frame } from '../ui/zoetrope.js';
import { InboxView } from './inbox.js';

interface Step {
  readonly key: string;
  readonly title: string;
  readonly done: boolean;
  readonly what: ReactNode;
}

const hiddenKey = (projectId: string) => `zoetrope-first-run-${projectId}`;
const isHidden = (projectId: string): boolean => {
  try {
    return localStorage.getItem(hiddenKey(projectId)) !== null;
  } catch {
    return false;
  }
};

function useSteps(projectId: string): Step[] | undefined {
  const { data: project } = useQuery(projectQuery(projectId));
  const assets = useInfiniteQuery(assetsQuery(projectId, undefined));
  const { data: inbox } = useQuery(inboxQuery(projectId));
  const { data: tokens } = useQuery(tokensQuery);
  if (!project || !assets.data || !inbox || !tokens) return undefined;
  const items = assets.data.pages.flatMap(({ items }) => items);
  const params = { projectId };
  return [
    {
      key: 'asset',
      title: 'Make a video from a still',
      done: items.some(({ generation }) => generation > 0),
      what: (
        <Link to="/projects/$projectId/new" params={params}>
          Drop a picture
        </Link>
      ),
    },
    {
      key: 'again',
      title: 'Regenerate it in place',
      done: items.some(({ generation }) => generation > 1),
      what: 'Press Regenerate on a card. The URL stays; what it shows does not.',
    },
    {
      key: 'brand',
      title: 'Give it your brand’s voice',
      done: project.brand !== null,
      what: (
        <Link to="/projects/$projectId/settings/brand" params={params}>
          Brand
        </Link>
      ),
    },
    {
      key: 'webhook',
      title: 'Receive a webhook',
      done: inbox.items.some(({ verified }) => verified) || project.webhook_url !== null,
      what: <InboxView projectId={projectId} />,
    },
    {
      key: 'token',
      title: 'Call the API from your server',
      done: tokens.items.some(({ last_used_at }) => last_used_at !== null),
      what: <Link to="/account/tokens">Make a token</Link>,
    },
  ];
}

/** The first steps, for as long as some are not taken and nobody has put them away. */
export function FirstRun({ projectId }: { readonly projectId: string }) {
  const steps = useSteps(projectId);
  const [hidden, setHidden] = useState(() => isHidden(projectId));
  const [open, setOpen] = useState<string>();
  if (!steps || hidden || steps.every(({ done }) => done)) return null;
  const done = steps.filter((step) => step.done).length;
  const hide = () => {
    setHidden(true);
    try {
      localStorage.setItem(hiddenKey(projectId), '1');
    } catch {
      // It is back at the next visit.
    }
  };
  const shown = open ?? steps.find((step) => !step.done)?.key;
  return (
    <section className="panel first-run" aria-label="First steps">
      <div className="row apart">
        <h2>
          First steps <span className="quiet figures">{`${done} of ${steps.length}`}</span>
        </h2>
        <button type="button" className="button ghost small" onClick={hide}>
          Put away
        </button>
      </div>
      <ol className="steps">
        {steps.map((step, n) => (
          <li key={step.key} className={`step${step.done ? ' done' : ''}`}>
            <button
              type="button"
              className="step-head"
              aria-expanded={shown === step.key}
              onClick={() => setOpen(shown === step.key ? '' : step.key)}
            >
              <span className="step-frame" aria-hidden="true">
                {step.done ? <Frame n={2 * n + 2} /> : n + 1}
              </span>
              <span>
                {step.title}
                {step.done && <span className="visually-hidden"> (done)</span>}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {steps.map(
        (step) =>
          shown === step.key && (
            <div key={step.key} className="step-body quiet">
              {step.what}
            </div>
          ),
      )}
    </section>
  );
}

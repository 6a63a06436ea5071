import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Failure } from '../api/failure.js';

interface ProblemProps {
  readonly error: unknown;
  /** Where a larger month can be had. */
  readonly projectId?: string | undefined;
}

/** What went wrong and what to do about it. Complaints about single fields stand at the fields. */
export function Problem({ error, projectId }: ProblemProps) {
  if (!error) return null;
  const { title, advice } = told(error, projectId);
  return (
    <div className="note bad" role="alert">
      <strong>{title}</strong>
      {advice && <p>{advice}</p>}
    </div>
  );
}

function told(error: unknown, projectId: string | undefined): { title: string; advice?: ReactNode } {
  if (!(error instanceof Failure))
    return { title: 'Something went wrong on this page.', advice: 'Please try again.' };
  if (error.isAway)
    return {
      title: 'The server did not answer.',
      advice:
        'What you entered is still here. Press again: it counts as the same request and is charged once at most.',
    };
  switch (error.code) {
    case 'overage_disabled':
      return { title: 'This month’s generations are used up.', advice: <Billing {...{ projectId }} /> };
    case 'quota_exceeded':
      return { title: 'The monthly generation limit is reached.', advice: <Limit {...{ projectId }} /> };
    case 'rate_limited':
      return {
        title: 'That was quick.',
        advice: `Too many requests in a minute; try again in ${Math.ceil((error.retryAfterMs ?? 1_000) / 1_000)} s.`,
      };
    case 'validation_failed': {
      const fields = Object.entries(error.fields).map(([field, complaints]) => `${field}: ${complaints[0]}`);
      return { title: fields.length > 0 ? fields.join('; ') : error.message };
    }
    default:
      return {
        title: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`,
        advice: <a href={`/docs/errors#${error.code}`}>What this means</a>,
      };
  }
}

const Billing = ({ projectId }: { projectId: string | undefined }) => (
  <>
    Nothing was charged.{' '}
    {projectId ? (
      <Link to="/projects/$projectId/settings/billing" params={{ projectId }}>
        Enable overage for this project
      </Link>
    ) : (
      'Enable overage in the project’s billing settings'
    )}{' '}
    to go on, or look at the <a href="/docs/errors#plans">larger plans</a>.
  </>
);

const Limit = ({ projectId }: { projectId: string | undefined }) => (
  <>
    Nothing was charged. See <Link to="/account/usage">when the month resets</Link>
    {projectId && (
      <>
        ,{' '}
        <Link to="/projects/$projectId/settings/billing" params={{ projectId }}>
          raise the overage cap
        </Link>{' '}
        on a paid plan
      </>
    )}
    , or look at the <a href="/docs/errors#plans">larger plans</a>.
  </>
);

/** The complaint about one field, if the server had one. */
export const complaintOf = (error: unknown, field: string): string | undefined =>
  error instanceof Failure ? error.fields[field]?.[0] : undefined;

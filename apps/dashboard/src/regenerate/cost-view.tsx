import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { meQuery, projectQuery } from '../api/queries.js';
import { counted, dateOf, dollars, count as figure } from '../ui/words.js';
import { Slits } from '../ui/zoetrope.js';
import { type Cost, costOf } from './cost.js';

interface CostViewProps {
  readonly projectId: string;
  /** How many generations; undefined while nobody knows. */
  readonly count: number | undefined;
}

/** What it takes of the month, before anything is asked for. */
export function CostView({ projectId, count }: CostViewProps) {
  const { data: me } = useQuery(meQuery);
  const { data: project } = useQuery(projectQuery(projectId));
  if (!me || count === undefined) return <div className="cost skeleton" aria-hidden="true" />;
  const { generations } = me;
  const cost = costOf(me, project, count);
  return (
    <div className="cost">
      <div className="row apart">
        <strong>{priceOf(cost)}</strong>
        <span className="quiet small figures">
          {figure(cost.left)} of {figure(generations.limit)} left after it, until{' '}
          {dateOf(generations.resets_at)}
        </span>
      </div>
      <Slits
        used={generations.used}
        next={generations.reserved + cost.included}
        of={generations.limit}
        label="Generations used this month"
      />
      {cost.why && <Shortage why={cost.why} refused={cost.refused} all={count} projectId={projectId} />}
    </div>
  );
}

function priceOf({ included, overage, cents, refused }: Cost): string {
  if (included + overage === 0 && refused > 0) return 'No generation is left this month';
  const parts = [
    included > 0 && `${counted(included, 'generation')} of this month`,
    overage > 0 && `${counted(overage, 'generation')} as overage, ${dollars(cents)}`,
  ];
  return `Uses ${parts.filter(Boolean).join(' and ')}`;
}

interface ShortageProps {
  readonly why: NonNullable<Cost['why']>;
  readonly refused: number;
  readonly all: number;
  readonly projectId: string;
}

function Shortage({ why, refused, all, projectId }: ShortageProps) {
  const billing = (words: string) => (
    <Link to="/projects/$projectId/settings/billing" params={{ projectId }}>
      {words}
    </Link>
  );
  return (
    <p className="note lamp small">
      {all > 1 && <strong>{counted(refused, 'of them', 'of them')} would be refused. </strong>}
      {why === 'overage_disabled' && (
        <span>Overage is off in this project: {billing('enable it')} to go on this month.</span>
      )}
      {why === 'overage_cap' && (
        <span>The overage cap is reached: {billing('raise it')} to go on this month.</span>
      )}
      {why === 'free' && (
        <span>
          The free plan has no overage: <a href="/docs/errors#plans">take a larger plan</a> or wait for the
          new month.
        </span>
      )}
    </p>
  );
}

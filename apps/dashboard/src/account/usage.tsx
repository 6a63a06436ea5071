import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { PLANS } from '@zoetrope/contracts/plan-table';
import { meQuery, usageQuery } from '../api/queries.js';
import type { UsageDay } from '../api/types.js';
import { ago, count, counted, dateOf, dollars } from '../ui/words.js';
import { Slits } from '../ui/zoetrope.js';

const DAYS = 30;

/** The plan, the month, and day by day. */
export function Usage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data } = useQuery(usageQuery(DAYS));
  const { used, reserved, limit, overage, resets_at } = me.generations;
  const plan = PLANS[me.plan];
  return (
    <div className="stack wide settings">
      <section className="panel stack" aria-label="This month">
        <div className="row apart">
          <p>
            <span className="big-figure figures">{count(used)}</span>{' '}
            <span className="quiet">of {count(limit)} generations</span>
          </p>
          <p className="quiet">
            resets {dateOf(resets_at)}, {ago(resets_at)}
          </p>
        </div>
        <Slits used={used} next={reserved} of={limit} label="Generations used this month" />
        <p className="row quiet small">
          {reserved > 0 && <span>{counted(reserved, 'generation')} in the making.</span>}
          {overage > 0 && plan.overageCents !== undefined && (
            <span>
              {counted(overage, 'overage generation')}, {dollars(overage * plan.overageCents)}.
            </span>
          )}
          <span>A loop counts as one; a failed one does not count.</span>
        </p>
      </section>
      <section className="panel stack" aria-labelledby="by-day">
        <h2 id="by-day">The last {DAYS} days</h2>
        {data ? <Chart days={data.items} /> : <div className="skeleton modal-skeleton" />}
      </section>
      <section className="panel stack tight">
        <h2>
          Plan: {me.plan} <span className="quiet">{dollars(plan.priceCents)} a month</span>
        </h2>
        <p className="quiet">
          {counted(plan.included, 'generation')} a month, {plan.model}, {plan.loop} loops,{' '}
          {plan.aspects === 'all' ? 'every aspect' : 'the picture’s own aspect'}
          {plan.overageCents === undefined
            ? ', no overage'
            : `, overage at ${dollars(plan.overageCents)} each where a project allows it`}
          .
        </p>
        <p>
          <a href="/docs/errors#plans">All plans</a>
        </p>
      </section>
    </div>
  );
}

const shortDay = (day: string): string =>
  new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(day));

/** One slit a day, as high as what was charged. */
function Chart({ days }: { readonly days: readonly UsageDay[] }) {
  const most = Math.max(4, ...days.map(({ included, overage }) => included + overage));
  const all = days.reduce((sum, { included, overage }) => sum + included + overage, 0);
  const over = days.some(({ overage }) => overage > 0);
  const share = (n: number) => `${(n / most) * 100}%`;
  return (
    <div className="stack tight">
      <ul className="chart" aria-label={`${counted(all, 'generation')} in ${days.length} days`}>
        {days.map(({ day, included, overage }) => (
          <li key={day} className="chart-day">
            <span className="chart-tip">
              {shortDay(day)}: {count(included + overage)}
            </span>
            {overage > 0 && <span className="chart-bar over" style={{ height: share(overage) }} />}
            {included > 0 && <span className="chart-bar" style={{ height: share(included) }} />}
          </li>
        ))}
      </ul>
      <div className="row apart quiet small">
        <span>{days[0] && shortDay(days[0].day)}</span>
        {over && (
          <span>
            <i className="key-dot" />
            included <i className="key-dot over" /> overage
          </span>
        )}
        <span>today</span>
      </div>
    </div>
  );
}

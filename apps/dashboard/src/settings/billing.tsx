import { useMutation, useQuery } from '@tanstack/react-query';
import { PLANS } from '@zoetrope/contracts/plan-table';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import { meQuery } from '../api/queries.js';
import { complaintOf } from '../shell/problem.js';
import { Switch } from '../ui/controls.js';
import { TextField } from '../ui/field.js';
import { count, dateOf, dollars } from '../ui/words.js';
import { Slits } from '../ui/zoetrope.js';
import { SaveBar } from './save-bar.js';
import { same } from './text.js';
import { useProject } from './use-project.js';

/** Whether this project may go on when the month's generations are used up, and how far. */
export function Billing() {
  const { project, taken } = useProject();
  const { data: me } = useQuery(meQuery);
  const [on, setOn] = useState(project.overage_enabled);
  const [cap, setCap] = useState(project.overage_cap === null ? '' : String(project.overage_cap));
  const body = { overage_enabled: on, overage_cap: cap.trim() === '' ? null : Number(cap) };
  const save = useMutation({
    mutationFn: () =>
      answer(api.PUT('/api/projects/{id}/billing', { params: { path: { id: project.id } }, body })),
    onSuccess: taken,
  });
  if (!me) return <div className="skeleton modal-skeleton" />;
  const { overageCents, included } = PLANS[me.plan];
  const { generations } = me;
  return (
    <form
      className="stack wide settings"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <section className="panel stack" aria-label="This month">
        <div className="row apart">
          <h2>
            {count(generations.used)} of {count(generations.limit)} used
          </h2>
          <span className="quiet small">resets {dateOf(generations.resets_at)}</span>
        </div>
        <Slits
          used={generations.used}
          next={generations.reserved}
          of={generations.limit}
          label="Generations used this month"
        />
        {generations.overage > 0 && (
          <p className="small">{count(generations.overage)} of them are overage.</p>
        )}
      </section>
      {overageCents === undefined ? (
        <p className="note">
          The free plan has no overage. <a href="/docs/errors#plans">Larger plans</a> have more generations,
          and go on beyond them if a project allows it.
        </p>
      ) : (
        <section className="panel stack">
          <Switch
            label="Allow overage"
            help={`Beyond the ${count(included)} generations of the plan, each one costs ${dollars(overageCents)}. Off, requests are refused until the month resets.`}
            on={on}
            onChange={setOn}
          />
          <TextField
            label="At most, a month"
            inputMode="numeric"
            value={cap}
            disabled={!on}
            placeholder={String(included)}
            onChange={(event) => setCap(event.target.value.replace(/\D/g, ''))}
            help={
              on
                ? `That is ${dollars(overageCents * (cap === '' ? included : Number(cap)))} at most. Empty: as many as the plan has.`
                : 'Extra generations this project may use'
            }
            complaint={complaintOf(save.error, 'overage_cap')}
          />
          <SaveBar
            save={save}
            clean={same(body, { overage_enabled: project.overage_enabled, overage_cap: project.overage_cap })}
            call={{ method: 'PUT', path: `/api/projects/${project.id}/billing`, body }}
          />
        </section>
      )}
    </form>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import type { Project } from '../api/types.js';
import { MODES, MOTIONS } from '../regenerate/pictures.js';
import { complaintOf } from '../shell/problem.js';
import { Choices, Slider, Switch } from '../ui/controls.js';
import { TextArea, TextField } from '../ui/field.js';
import { counted } from '../ui/words.js';
import { ProxyKeys } from './proxy-keys.js';
import { SaveBar } from './save-bar.js';
import { lines, same } from './text.js';
import { useProject } from './use-project.js';

interface Form {
  readonly origins: string;
  readonly motion: Project['defaults']['motion'];
  readonly mode: Project['defaults']['mode'];
  readonly dur: number;
  readonly auto: boolean;
  readonly perMinute: string;
}

const formOf = ({ allowed_origins, defaults, auto_generate, new_assets_per_minute }: Project): Form => ({
  origins: allowed_origins.join('\n'),
  motion: defaults.motion,
  mode: defaults.mode,
  dur: defaults.dur_seconds,
  auto: auto_generate,
  perMinute: String(new_assets_per_minute),
});

const bodyOf = (form: Form) => ({
  allowed_origins: lines(form.origins),
  default_motion: form.motion,
  default_mode: form.mode,
  default_dur_seconds: form.dur,
  auto_generate: form.auto,
  new_assets_per_minute: Number(form.perMinute),
});

/** Who may use the proxy URL, for what, and with which values. */
export function ProxySettings() {
  const { project, taken } = useProject();
  const [form, setForm] = useState(() => formOf(project));
  const set = (change: Partial<Form>) => setForm({ ...form, ...change });
  const body = bodyOf(form);
  const save = useMutation({
    mutationFn: () =>
      answer(api.PUT('/api/projects/{id}/proxy-config', { params: { path: { id: project.id } }, body })),
    onSuccess: (next) => {
      taken(next);
      setForm(formOf(next));
    },
  });
  return (
    <div className="stack wide settings">
      <ProxyKeys project={project} onChanged={taken} />
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <h2>What the URL may do</h2>
        <TextArea
          label="Allowed origins"
          className="mono"
          value={form.origins}
          placeholder={'https://images.example.com\nexample.org'}
          onChange={(event) => set({ origins: event.target.value })}
          help="One a line, up to 50: an origin, or a domain with everything below it. Uploads are always allowed."
          complaint={complaintOf(save.error, 'allowed_origins')}
        />
        <Switch
          label="New pictures start by themselves"
          help="The first request for an unknown picture makes its video. Off, only what was prepared is served, the rest is 404."
          on={form.auto}
          onChange={(auto) => set({ auto })}
        />
        <TextField
          label="New assets a minute"
          inputMode="numeric"
          value={form.perMinute}
          disabled={!form.auto}
          onChange={(event) => set({ perMinute: event.target.value.replace(/\D/g, '') })}
          help="So that a stranger cannot use up the month."
          complaint={complaintOf(save.error, 'new_assets_per_minute')}
        />
        <Choices
          legend="Default motion"
          choices={MOTIONS}
          value={form.motion}
          onChange={(motion) => set({ motion })}
        />
        <Choices
          legend="Plays by default"
          choices={MODES}
          value={form.mode}
          onChange={(mode) => set({ mode })}
        />
        <Slider
          label="Default length"
          min={2}
          max={8}
          value={form.dur}
          onChange={(dur) => set({ dur })}
          words={counted(form.dur, 'second')}
        />
        <p className="quiet small">Defaults are for new assets; what is embedded already never moves.</p>
        <SaveBar
          save={save}
          clean={same(body, bodyOf(formOf(project)))}
          call={{ method: 'PUT', path: `/api/projects/${project.id}/proxy-config`, body }}
        />
      </form>
    </div>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import type { Project } from '../api/types.js';
import { regenerateAll } from '../regenerate/open.js';
import { complaintOf } from '../shell/problem.js';
import { TextArea, TextField } from '../ui/field.js';
import { type BrandField, type BrandForm, brandOf, COLORS, formOf } from './brand-form.js';
import { BrandPreview } from './brand-preview.js';
import { ColorField } from './color-field.js';
import { SaveBar } from './save-bar.js';
import { same } from './text.js';
import { useProject } from './use-project.js';

/** What vision is told about whose picture it looks at. */
export function Brand() {
  const { project, taken } = useProject();
  const [form, setForm] = useState<BrandForm>(() => formOf(project.brand));
  const brand = brandOf(form, project.brand);
  const save = useMutation({
    mutationFn: () =>
      answer(api.PUT('/api/projects/{id}/brand', { params: { path: { id: project.id } }, body: brand })),
    onSuccess: (next: Project) => {
      taken(next);
      setForm(formOf(next.brand));
    },
  });
  const clean =
    project.brand === null
      ? same(form, formOf(null))
      : same(brand, brandOf(formOf(project.brand), project.brand));
  return (
    <div className="settings-two">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <BrandFields form={form} onChange={(change) => setForm({ ...form, ...change })} error={save.error} />
        <SaveBar
          save={save}
          clean={clean}
          label="Save the brand"
          call={{ method: 'PUT', path: `/api/projects/${project.id}/brand`, body: brand }}
        />
      </form>
      <aside className="stack brand-side" aria-label="What it leads to">
        <BrandPreview project={project} brand={form.brandName.trim() ? brand : null} />
        <div className="panel stack tight">
          <h2>New brand, old videos?</h2>
          <p className="quiet">
            A brand counts from the next generation on. Make all of them anew, with the cost told first.
          </p>
          <div>
            <button
              type="button"
              className="button plain"
              onClick={() => regenerateAll(project.id)}
              disabled={!clean}
            >
              Regenerate all with this brand
            </button>
          </div>
          {!clean && <p className="quiet small">Save the brand first.</p>}
        </div>
      </aside>
    </div>
  );
}

interface BrandFieldsProps {
  readonly form: BrandForm;
  readonly onChange: (change: Partial<BrandForm>) => void;
  readonly error: unknown;
}

function BrandFields({ form, onChange, error }: BrandFieldsProps) {
  const bound = (name: BrandField) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  });
  return (
    <>
      <section className="panel stack">
        <TextField
          label="Brand name"
          required
          maxLength={120}
          {...bound('brandName')}
          complaint={complaintOf(error, 'brandName')}
        />
        <fieldset>
          <legend>Colours</legend>
          <div className="colors">
            {COLORS.map((name) => (
              <ColorField
                key={name}
                name={name}
                value={form[name]}
                onChange={(value) => onChange({ [name]: value })}
              />
            ))}
          </div>
        </fieldset>
        <div className="two">
          <TextField label="Heading font" maxLength={120} {...bound('heading')} />
          <TextField label="Text font" maxLength={120} {...bound('body')} />
        </div>
        <TextField
          label="Logo address"
          type="url"
          maxLength={2048}
          {...bound('logoUrl')}
          complaint={complaintOf(error, 'logoUrl')}
        />
      </section>
      <section className="panel stack">
        <h2>Voice</h2>
        <div className="two">
          <TextField label="Tone" maxLength={200} placeholder="calm and confident" {...bound('tone')} />
          <TextField
            label="For whom"
            maxLength={200}
            placeholder="people who run"
            {...bound('targetAudience')}
          />
        </div>
        <TextArea
          label="What it stands for"
          help="One a line; the first two reach the prompt."
          {...bound('valueProps')}
        />
        <TextArea label="Calls to action" help="One a line" rows={2} {...bound('ctas')} />
      </section>
      <section className="panel stack">
        <h2>Design</h2>
        <TextField label="Vibe" maxLength={200} placeholder="nordic, airy" {...bound('vibe')} />
        <div className="two">
          <TextField label="Corner radius" maxLength={64} placeholder="12px" {...bound('borderRadius')} />
          <TextField label="Colour scheme" maxLength={64} placeholder="light" {...bound('colorScheme')} />
        </div>
      </section>
    </>
  );
}

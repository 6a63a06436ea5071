import { Choices, Slider } from '../ui/controls.js';
import { TextArea, TextField } from '../ui/field.js';
import { Icon } from '../ui/icons.js';
import { counted } from '../ui/words.js';
import { MODES, MOTIONS } from './pictures.js';
import { drawn, PROMPT_MAX, seedComplaint, type Values } from './values.js';

interface FieldsProps {
  readonly values: Values;
  readonly onChange: (values: Values) => void;
  /** What the prompt replaces: for this time in a regenerate, for good in a new asset. */
  readonly promptHelp: string;
}

/** The API's own fields, for a regenerate and for a new asset. */
export function Fields({ values, onChange, promptHelp }: FieldsProps) {
  const set = (change: Partial<Values>) => onChange({ ...values, ...change });
  const { motion, mode, dur_seconds, prompt, seed } = values;
  return (
    <div className="stack fields">
      <Choices legend="Motion" choices={MOTIONS} value={motion} onChange={(motion) => set({ motion })} />
      <Choices legend="Plays" choices={MODES} value={mode} onChange={(mode) => set({ mode })} />
      <Slider
        label="Length"
        min={2}
        max={8}
        value={dur_seconds}
        onChange={(dur_seconds) => set({ dur_seconds })}
        words={counted(dur_seconds, 'second')}
      />
      <TextArea
        label={
          <span className="row apart">
            Prompt
            <span className={`small figures ${prompt.length > PROMPT_MAX - 40 ? 'complaint' : 'quiet'}`}>
              {prompt.length} / {PROMPT_MAX}
            </span>
          </span>
        }
        help={promptHelp}
        value={prompt}
        maxLength={PROMPT_MAX}
        placeholder="Leave empty and the picture decides, in your brand’s voice"
        onChange={(event) => set({ prompt: event.target.value })}
      />
      <Seed seed={seed} onChange={(seed) => set({ seed })} />
    </div>
  );
}

function Seed({ seed, onChange }: { readonly seed: string; readonly onChange: (seed: string) => void }) {
  return (
    <div className="seed">
      <TextField
        label="Seed"
        inputMode="numeric"
        className="mono"
        value={seed}
        placeholder="Fresh each time"
        help={
          seed === ''
            ? 'A fresh one each time, so again is another variant.'
            : 'Kept until you change or clear it.'
        }
        complaint={seedComplaint(seed)}
        onChange={(event) => onChange(event.target.value)}
      />
      <button
        type="button"
        className="button plain square"
        onClick={() => onChange(drawn())}
        aria-label="Draw a seed"
        title="Draw a seed"
      >
        <Icon name="dice" />
      </button>
      <button type="button" className="button ghost" onClick={() => onChange('')} disabled={seed === ''}>
        Clear
      </button>
    </div>
  );
}

import { Slider as RadixSlider, Switch as RadixSwitch } from 'radix-ui';
import { type ReactNode, useId } from 'react';

interface SwitchProps {
  readonly label: string;
  readonly help?: ReactNode;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
}

/** On or off, with what it means. */
export function Switch({ label, help, on, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="switch-row">
      <div className="stack tight">
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        {help && (
          <p className="quiet small" id={`${id}-help`}>
            {help}
          </p>
        )}
      </div>
      <RadixSwitch.Root
        id={id}
        className="switch"
        checked={on}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
      >
        <RadixSwitch.Thumb className="switch-thumb" />
      </RadixSwitch.Root>
    </div>
  );
}

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** The value as words, for readers and beside the label: `4 seconds`. */
  readonly words: string;
}

/** A number between two, by hand or arrow keys. */
export function Slider({ label, min, max, value, onChange, words }: SliderProps) {
  const id = useId();
  return (
    <div className="field">
      <div className="row apart">
        <span className="field-label" id={id}>
          {label}
        </span>
        <output className="figures">{words}</output>
      </div>
      <RadixSlider.Root
        className="slider"
        min={min}
        max={max}
        step={1}
        value={[value]}
        onValueChange={([next = value]) => onChange(next)}
      >
        <RadixSlider.Track className="slider-track">
          <RadixSlider.Range className="slider-range" />
        </RadixSlider.Track>
        <RadixSlider.Thumb className="slider-thumb" aria-labelledby={id} aria-valuetext={words} />
      </RadixSlider.Root>
    </div>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly picture: ReactNode;
  readonly disabled?: boolean;
}

interface ChoicesProps<T extends string> {
  readonly legend: ReactNode;
  readonly choices: readonly Choice<T>[];
  readonly value: T | undefined;
  readonly onChange: (value: T) => void;
  readonly help?: ReactNode;
}

/** One of a few pictures: radios underneath, so arrows and readers work as everywhere. */
export function Choices<T extends string>({ legend, choices, value, onChange, help }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className={`choices${choices.length === 4 ? ' four' : ''}`}>
        {choices.map((choice) => (
          <label key={choice.value} className="choice">
            <input
              type="radio"
              name={name}
              checked={choice.value === value}
              disabled={choice.disabled}
              onChange={() => onChange(choice.value)}
            />
            <span className="choice-picture" aria-hidden="true">
              {choice.picture}
            </span>
            {choice.label}
          </label>
        ))}
      </div>
      {help && <p className="quiet small">{help}</p>}
    </fieldset>
  );
}

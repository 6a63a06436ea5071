import { useId } from 'react';

interface ColorFieldProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const HEX = /^#[0-9a-f]{6}$/i;

/** A colour by eye or by name: the brand takes whatever CSS would. */
export function ColorField({ name, value, onChange }: ColorFieldProps) {
  const id = useId();
  const words = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return (
    <div className="color">
      <input
        type="color"
        className="color-well"
        aria-label={`Pick the ${name} colour`}
        value={HEX.test(value) ? value : '#888888'}
        data-empty={value === ''}
        onChange={(event) => onChange(event.target.value)}
      />
      <label htmlFor={id} className="color-name">
        {words}
      </label>
      <input
        id={id}
        className="input mono"
        value={value}
        maxLength={64}
        placeholder="#2a3df0"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

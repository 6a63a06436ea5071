import { type ComponentProps, type ReactNode, useId } from 'react';

interface FieldProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly complaint?: string | undefined;
}

const describedBy = (id: string, { help, complaint }: Pick<FieldProps, 'help' | 'complaint'>) =>
  [help && `${id}-help`, complaint && `${id}-complaint`].filter(Boolean).join(' ') || undefined;

function Around({ id, label, help, complaint, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {help && (
        <span className="help" id={`${id}-help`}>
          {help}
        </span>
      )}
      {complaint && (
        <span className="complaint" id={`${id}-complaint`} role="alert">
          {complaint}
        </span>
      )}
    </div>
  );
}

/** A line of text with its label, its help and what was wrong with it. */
export function TextField({
  label,
  help,
  complaint,
  className = '',
  ...input
}: FieldProps & ComponentProps<'input'>) {
  const id = useId();
  return (
    <Around id={id} {...{ label, help, complaint }}>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={complaint ? true : undefined}
        aria-describedby={describedBy(id, { help, complaint })}
      />
    </Around>
  );
}

/** Several lines of text, the same. */
export function TextArea({
  label,
  help,
  complaint,
  className = '',
  ...input
}: FieldProps & ComponentProps<'textarea'>) {
  const id = useId();
  return (
    <Around id={id} {...{ label, help, complaint }}>
      <textarea
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={complaint ? true : undefined}
        aria-describedby={describedBy(id, { help, complaint })}
      />
    </Around>
  );
}

/** One of a few words. */
export function SelectField({
  label,
  help,
  complaint,
  children,
  ...input
}: FieldProps & ComponentProps<'select'>) {
  const id = useId();
  return (
    <Around id={id} {...{ label, help, complaint }}>
      <select {...input} id={id} className="input" aria-describedby={describedBy(id, { help, complaint })}>
        {children}
      </select>
    </Around>
  );
}

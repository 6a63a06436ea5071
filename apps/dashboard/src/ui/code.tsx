import { useState } from 'react';
import { Icon } from './icons.js';
import { toast } from './toasts.js';

const SHOWN_MS = 1_600;

/** Copies a text and says so. */
export function CopyButton({
  text,
  what,
  label,
}: {
  readonly text: string;
  readonly what: string;
  readonly label?: string;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), SHOWN_MS);
    } catch {
      toast('The browser does not let us copy: select the text instead', 'bad');
    }
  };
  return (
    <button
      type="button"
      className={label ? 'button plain small' : 'button ghost square small copy'}
      onClick={copy}
      aria-label={label ? undefined : copied ? `${what} copied` : `Copy ${what}`}
    >
      <Icon name={copied ? 'check' : 'copy'} size={16} />
      {label && (copied ? 'Copied' : label)}
    </button>
  );
}

/** Text to take away. */
export function Code({
  text,
  what,
  wrap,
}: {
  readonly text: string;
  readonly what: string;
  readonly wrap?: boolean;
}) {
  return (
    <div className={`code${wrap ? ' wrap' : ''}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <section tabIndex={0} aria-label={what}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <CopyButton text={text} what={what} />
    </div>
  );
}

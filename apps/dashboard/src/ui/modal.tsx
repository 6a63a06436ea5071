import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from './icons.js';

interface ModalProps {
  readonly title: ReactNode;
  readonly onClose?: () => void;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  readonly narrow?: boolean;
}

/**
 * The platform's own dialog: what lies beneath is inert, Escape closes it, and focus returns to where it was. Without
 * `onClose` it stays until its owner takes it away.
 */
export function Modal({ title, onClose, children, foot, narrow }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`modal${narrow ? ' narrow' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose?.();
      }}
    >
      <header className="modal-head">
        <h2 id={id} className="clip">
          {title}
        </h2>
        {onClose && (
          <button type="button" className="button ghost square small" onClick={onClose} aria-label="Close">
            <Icon name="close" />
          </button>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <section className="modal-body" tabIndex={0} aria-labelledby={id}>
        {children}
      </section>
      {foot && <footer className="modal-foot">{foot}</footer>}
    </dialog>
  );
}

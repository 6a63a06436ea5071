import { store, useStore } from '../api/store.js';
import { Icon } from './icons.js';

type Tone = 'good' | 'bad';
interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

const shown = store<readonly Toast[]>([]);
const SHOWN_MS = 6_000;
let next = 0;

const take = (id: number): void => shown.set(shown.get().filter((each) => each.id !== id));

/** Says something that nobody has to do anything about; errors of a form stand in the form. */
export function toast(text: string, tone: Tone = 'good'): void {
  const id = ++next;
  shown.set([...shown.get().slice(-3), { id, text, tone }]);
  setTimeout(() => take(id), SHOWN_MS);
}

export function Toasts() {
  const toasts = useStore(shown);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, tone }) => (
        <div key={id} className={`toast ${tone}`}>
          <span>{text}</span>
          <button
            type="button"
            className="button ghost square small"
            onClick={() => take(id)}
            aria-label="Dismiss"
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}

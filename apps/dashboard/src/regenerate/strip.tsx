import type { Progress, Stage } from '../live/stages.js';
import { Icon } from '../ui/icons.js';
import { duration } from '../ui/words.js';
import { Frame, Spinning } from '../ui/zoetrope.js';

const STATE_WORDS = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  skipped: 'not reached',
} as const;

/** The stages of a generation as a strip that is exposed frame by frame. */
export function Strip({ progress }: { readonly progress: Progress }) {
  const { stages, note, outcome } = progress;
  return (
    <div className="stack tight">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on phones, and the keyboard has to reach that */}
      <ol className="strip" aria-label="Stages" tabIndex={0}>
        {stages.map((stage, n) => (
          <Exposure key={stage.key} stage={stage} n={Math.round(((n + 0.5) / stages.length) * 12)} />
        ))}
      </ol>
      {note && <p className={outcome === 'failed' ? 'complaint' : 'quiet small'}>{note}</p>}
      <p className="visually-hidden" role="status">
        {spoken(progress)}
      </p>
    </div>
  );
}

function spoken({ stages, outcome }: Progress): string {
  if (outcome !== 'running')
    return outcome === 'ready' ? 'The new video is live.' : `The generation ${outcome}.`;
  return stages.find(({ state }) => state === 'running')?.label ?? 'Reserving';
}

function Exposure({ stage, n }: { readonly stage: Stage; readonly n: number }) {
  const { key, label, state, progress, attempt, latencyMs } = stage;
  return (
    <li className={`exposure ${state}`} data-stage={key} data-state={state}>
      <span className="exposure-frame" aria-hidden="true">
        {state === 'done' && <Frame n={n} />}
        {state === 'running' && <Spinning label="" />}
        {state === 'failed' && <Icon name="close" size={26} />}
        {state === 'running' && progress > 0 && (
          <i className="exposure-fill" style={{ width: `${progress * 100}%` }} />
        )}
      </span>
      <span className="exposure-label">{label}</span>
      <span className="quiet small figures">
        <span className="visually-hidden">{STATE_WORDS[state]} </span>
        {detailOf(state, progress, attempt, latencyMs)}
      </span>
    </li>
  );
}

function detailOf(state: Stage['state'], progress: number, attempt: number, latencyMs?: number): string {
  if (state === 'done') return latencyMs === undefined ? '' : duration(latencyMs);
  if (state !== 'running') return '';
  const share = progress > 0 ? `${Math.round(progress * 100)} %` : '…';
  return attempt > 1 ? `${share} · try ${attempt}` : share;
}

import type { Asset, Generation } from '../api/types.js';
import { useProgress } from '../live/live.js';
import { Spinning } from '../ui/zoetrope.js';

const WORDS: Readonly<Record<Generation['status'], readonly [string, string]>> = {
  pending: ['In the making', 'busy'],
  ready: ['Live', 'good'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', ''],
  refused: ['Refused', 'bad'],
};

export function Status({ status }: { readonly status: Generation['status'] }) {
  const [words, tone] = WORDS[status];
  return <span className={`badge ${tone}`}>{words}</span>;
}

/** Over a card's picture while something is made: which stage, how far. */
export function Making({ asset }: { readonly asset: Asset }) {
  const { stages } = useProgress(asset.id, asset.generation_count, asset.mode);
  const done = stages.filter(({ state }) => state === 'done').length;
  const running = stages.find(({ state }) => state === 'running');
  const share = (done + (running?.progress ?? 0)) / stages.length;
  return (
    <div className="making">
      <div className="row apart">
        <span className="row">
          <Spinning label="" />
          {running?.label ?? (done > 0 ? 'Working' : 'Reserving')}
        </span>
        <span className="figures">
          {done}/{stages.length}
        </span>
      </div>
      <div className="making-slits" aria-hidden="true">
        {Array.from({ length: 28 }, (_, n) => (
          <i key={n} className={n / 28 < share ? 'lit' : ''} />
        ))}
      </div>
    </div>
  );
}

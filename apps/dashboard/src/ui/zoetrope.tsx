import { memo } from 'react';

/** Frames on the strip: one turn of the drum is one bounce. */
const FRAMES = 12;
const RADIUS_EM = 9.2;

/** Where the ball is in frame `n`: 0 at the floor, 1 at the top. */
const heightAt = (n: number): number => {
  const t = (n % FRAMES) / FRAMES;
  return 4 * t * (1 - t);
};

/** One drawing of the strip: a ball that is squashed where it hits the floor. */
export function Frame({ n }: { readonly n: number }) {
  const height = heightAt(n);
  const squash = height < 0.12 ? 1.28 : 1 - 0.08 * (1 - height);
  const r = 9;
  return (
    <svg viewBox="0 0 60 60" className="frame" aria-hidden="true">
      <ellipse cx="30" cy="53" rx={7 + 6 * (1 - height)} ry="2" className="frame-shadow" />
      <ellipse cx="30" cy={42 - 30 * height} rx={r * squash} ry={r / squash} className="frame-ball" />
      <circle cx={30 + r * 0.35} cy={38.5 - 30 * height} r="2" className="frame-light" />
    </svg>
  );
}

const panels = Array.from({ length: FRAMES }, (_, n) => n);

/**
 * A zoetrope: a drum with slits, a strip of drawings inside. It turns a frame at a time, so the drawing on the far side
 * stands still and moves, as in the real one.
 */
export const Drum = memo(function Drum() {
  return (
    <div className="drum" role="img" aria-label="A turning zoetrope in which a ball bounces">
      <div className="drum-tilt">
        <div className="drum-turn">
          {panels.map((n) => (
            <div
              key={n}
              className="drum-panel"
              style={{ transform: `rotateY(${(360 / FRAMES) * n}deg) translateZ(${RADIUS_EM}em)` }}
            >
              <span className="drum-out" />
              <span className="drum-in">
                <Frame n={n} />
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
});

const slits = [0.35, 0.6, 0.85, 1, 0.85, 0.6, 0.35];

/** Slits that light up one after the other: something is being made. */
export const Spinning = ({ label = 'Loading' }: { readonly label?: string }) => (
  <span className="spinning" role="status">
    {slits.map((height, n) => (
      <i key={n} style={{ height: `${height}em`, animationDelay: `${n * 90}ms` }} />
    ))}
    <span className="visually-hidden">{label}</span>
  </span>
);

/** The sign of the house. */
export const Logo = () => (
  <span className="logo">
    <svg viewBox="0 0 34 26" width="34" height="26" aria-hidden="true">
      {[
        [1, 8, 10],
        [7, 5, 16],
        [13, 2, 22],
        [20, 2, 22],
        [26, 5, 16],
        [31, 8, 10],
      ].map(([x = 0, y = 0, h = 0], n) => (
        <rect
          key={x}
          x={x}
          y={y}
          width={n === 0 || n === 5 ? 2 : 3.4}
          height={h}
          rx="1.2"
          className={n === 2 ? 'lit' : ''}
        />
      ))}
    </svg>
    Zoetrope
  </span>
);

/** A meter of slits: what is used, what comes next, what is left. */
export function Slits({ used, next = 0, of, most = 50, label }: SlitsProps) {
  const shown = Math.min(most, Math.max(1, of));
  const lit = of === 0 ? shown : Math.ceil((Math.min(used, of) / of) * shown);
  const until = Math.min(shown, of === 0 ? shown : Math.ceil((Math.min(used + next, of) / of) * shown));
  const marked = next > 0 && until === lit && lit < shown ? lit + 1 : until;
  return (
    <div className="slits" role="img" aria-label={`${label}: ${used} of ${of}`}>
      {Array.from({ length: shown }, (_, n) => (
        <i key={n} className={n < lit ? (used > of ? 'over' : 'lit') : n < marked ? 'next' : ''} />
      ))}
    </div>
  );
}
interface SlitsProps {
  readonly used: number;
  readonly next?: number;
  readonly of: number;
  readonly most?: number;
  readonly label: string;
}

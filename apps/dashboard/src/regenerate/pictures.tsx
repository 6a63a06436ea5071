import type { Mode, Motion } from '../api/types.js';
import type { Choice } from '../ui/controls.js';

/** How far the ball goes in a picture of a motion. */
const Swing = ({ motion }: { readonly motion: Motion }) => (
  <svg viewBox="0 0 72 40" width="72" height="40" className={`swing ${motion}`} aria-hidden="true">
    {[0.15, 0.3, 0.55].map((opacity) => (
      <circle
        key={opacity}
        cx="36"
        cy="20"
        r="7"
        fill="currentColor"
        opacity={opacity}
        className="swing-trace"
      />
    ))}
    <circle cx="36" cy="20" r="7" fill="currentColor" className="swing-ball" />
  </svg>
);

const Loop = () => (
  <svg
    viewBox="0 0 72 40"
    width="72"
    height="40"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.6"
  >
    <path
      d="M36 20c5-8 10-11 15-11a11 11 0 0 1 0 22c-5 0-10-3-15-11s-10-11-15-11a11 11 0 0 0 0 22c5 0 10-3 15-11z"
      className="loop-path"
    />
  </svg>
);

const In = () => (
  <svg
    viewBox="0 0 72 40"
    width="72"
    height="40"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.4"
  >
    <rect x="22" y="7" width="28" height="26" rx="3" strokeDasharray="3 4" opacity="0.55" />
    <rect
      x="22"
      y="7"
      width="28"
      height="26"
      rx="3"
      className="slide-in"
      fill="currentColor"
      fillOpacity="0.25"
    />
  </svg>
);

const Hover = () => (
  <svg
    viewBox="0 0 72 40"
    width="72"
    height="40"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.4"
  >
    <rect x="20" y="6" width="32" height="24" rx="3" />
    <path d="M38 18l3.500 15 3-5.500 6-1z" fill="currentColor" strokeLinejoin="round" className="pointer" />
  </svg>
);

export const MOTIONS: readonly Choice<Motion>[] = [
  { value: 'subtle', label: 'Subtle', picture: <Swing motion="subtle" /> },
  { value: 'medium', label: 'Medium', picture: <Swing motion="medium" /> },
  { value: 'kinetic', label: 'Kinetic', picture: <Swing motion="kinetic" /> },
];

export const MODES: readonly Choice<Mode>[] = [
  { value: 'loop', label: 'Loop', picture: <Loop /> },
  { value: 'animate-in', label: 'Animate in', picture: <In /> },
  { value: 'animate-on-hover', label: 'On hover', picture: <Hover /> },
];

import { useEffect, useRef, useState } from 'react';
import { store, useStore } from '../api/store.js';
import type { Mode } from '../api/types.js';
import { Icon } from './icons.js';

const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether videos start by themselves: people may stop them all, and whose system asks for calm begins so. */
export const autoplay = store(!calm.matches);
calm.addEventListener('change', () => autoplay.set(!calm.matches));

const callbacks = new WeakMap<Element, (onScreen: boolean) => void>();
/** One observer for every video of the page. A quarter of it must be seen. */
const screen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) callbacks.get(target)?.(isIntersecting);
  },
  { threshold: 0.25 },
);

function useOnScreen(element: React.RefObject<Element | null>): boolean {
  const [onScreen, setOnScreen] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    callbacks.set(current, setOnScreen);
    screen.observe(current);
    return () => screen.unobserve(current);
  }, [element]);
  return onScreen;
}

export interface PlayingProps {
  readonly assetId: string;
  /** Which bytes: they never change under this number. */
  readonly generation: number;
  readonly mode: Mode;
  /** What a reader says of it. */
  readonly label: string;
}

const bytesOf = (assetId: string, generation: number) => `/api/assets/${assetId}/generations/${generation}`;

/** A video that plays as its mode says while it is on screen; a newer generation takes over once it can play. */
export function Playing({ assetId, generation, mode, label }: PlayingProps) {
  const box = useRef<HTMLDivElement>(null);
  const onScreen = useOnScreen(box);
  const [shown, setShown] = useState(generation);
  const [over, setOver] = useState(false);
  const starts = useStore(autoplay);
  const [asked, setAsked] = useState(false);
  const byItself = mode !== 'animate-on-hover' && starts;
  const plays = onScreen && (byItself || over || asked);
  const numbers = shown === generation ? [shown] : [shown, generation];
  return (
    <div
      ref={box}
      className="playing"
      onPointerEnter={() => setOver(mode === 'animate-on-hover' && !calm.matches)}
      onPointerLeave={() => setOver(false)}
    >
      {numbers.map((n) => (
        <Film
          key={n}
          address={bytesOf(assetId, n)}
          n={n}
          loops={mode !== 'animate-in'}
          near={onScreen}
          plays={plays}
          label={n === generation ? label : undefined}
          onCanPlay={() => setShown(generation)}
        />
      ))}
      {!byItself && !over && (
        <button
          type="button"
          className="playing-button"
          onClick={() => setAsked(!asked)}
          aria-label={`${asked ? 'Pause' : 'Play'}: ${label}`}
        >
          <Icon name={asked ? 'pause' : 'play'} />
        </button>
      )}
    </div>
  );
}

interface FilmProps {
  readonly address: string;
  readonly n: number;
  readonly loops: boolean;
  readonly near: boolean;
  readonly plays: boolean;
  readonly label: string | undefined;
  readonly onCanPlay: () => void;
}

function Film({ address, n, loops, near, plays, label, onCanPlay }: FilmProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [wanted, setWanted] = useState(false);
  // Once on screen, always loaded: scrolling back must not begin anew.
  useEffect(() => {
    if (near) setWanted(true);
  }, [near]);
  useEffect(() => {
    const video = ref.current;
    if (!video || !wanted) return;
    // A browser may refuse to play; the poster and the button stay.
    if (plays) video.play().catch(() => undefined);
    else video.pause();
  }, [plays, wanted]);
  return (
    <video
      ref={ref}
      className="film"
      src={wanted ? `${address}/video` : undefined}
      poster={`${address}/poster`}
      data-generation={n}
      muted
      playsInline
      loop={loops}
      preload="auto"
      aria-label={label}
      aria-hidden={label === undefined}
      onCanPlay={onCanPlay}
    />
  );
}

/** Stops or starts every video of the page. */
export function MotionToggle() {
  const starts = useStore(autoplay);
  return (
    <button
      type="button"
      className="button plain small"
      aria-pressed={!starts}
      onClick={() => autoplay.set(!starts)}
    >
      <Icon name={starts ? 'pause' : 'play'} size={16} />
      {starts ? 'Pause motion' : 'Play motion'}
    </button>
  );
}

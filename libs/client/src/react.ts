import {
  type ComponentPropsWithoutRef,
  createElement,
  type ReactElement,
  useEffect,
  useRef,
  useState,
} from 'react';
import { type AssetParameters, buildProxyUrl } from './proxy-url.js';

interface Addresses {
  /** As `prepare` gave them. */
  readonly mp4Url: string;
  readonly posterUrl: string;
}
type AddressParts = { readonly url: string; readonly projectKey: string; readonly src: string } & Omit<
  AssetParameters,
  'mode'
>;
type VideoProps = Omit<
  ComponentPropsWithoutRef<'video'>,
  'src' | 'poster' | 'loop' | 'muted' | 'autoPlay' | 'preload' | 'controls'
>;

export interface MotionOptions {
  /** What the picture shows, for whoever does not see it; empty for decoration. */
  readonly alt: string;
  /** loop plays on; animate-in plays once; animate-on-hover plays while pointed at or focused. Default loop. */
  readonly mode?: 'loop' | 'animate-in' | 'animate-on-hover';
  /** How near to the window the video is fetched, as an IntersectionObserver's rootMargin; default `200px`. */
  readonly rootMargin?: string;
}

/** Both addresses, or what they are made of; anything else goes to the `<video>`. */
export type MotionProps = MotionOptions & (Addresses | AddressParts) & VideoProps;

const REDUCED = '(prefers-reduced-motion: reduce)';

/**
 * A motion video in a page: the poster at once, the video when it comes near the window, nothing but the poster for
 * people who asked for less motion. Renders on a server, too.
 */
export function Motion(props: MotionProps): ReactElement {
  const { alt, mode = 'loop', rootMargin = '200px', ...given } = props;
  const { mp4Url, posterUrl, rest } = addressesOf(given as (Addresses | AddressParts) & VideoProps, mode);
  const element = useRef<HTMLVideoElement>(null);
  const still = useReducedMotion();
  const near = useNear(element, rootMargin);
  const isHover = mode === 'animate-on-hover';
  const isShown = near && !still;

  useEffect(() => {
    const video = element.current;
    if (!video || mp4Url === '') return;
    // React writes no `muted` attribute, and no browser starts a video with sound by itself.
    video.muted = true;
    if (isShown && !isHover) void play(video);
    // A video that lost its source goes on showing its last frame until it is told to load.
    if (!isShown && video.currentSrc) video.load();
    if (!isShown || !isHover) return;
    return whilePointedAt(video);
  }, [isShown, isHover, mp4Url]);

  return createElement('video', {
    ...rest,
    ref: element,
    poster: posterUrl,
    ...(isShown && { src: mp4Url }),
    loop: mode !== 'animate-in',
    muted: true,
    playsInline: true,
    preload: isShown ? 'auto' : 'none',
    disablePictureInPicture: true,
    'aria-label': alt || undefined,
    'aria-hidden': alt === '' ? true : undefined,
    role: alt === '' ? undefined : 'img',
    ...(isHover && alt !== '' && { tabIndex: 0 }),
  });
}

function addressesOf(given: (Addresses | AddressParts) & VideoProps, mode: AssetParameters['mode']) {
  if ('mp4Url' in given) {
    const { mp4Url, posterUrl, ...rest } = given;
    return { mp4Url, posterUrl, rest };
  }
  const { url, projectKey, src, motion, dur_seconds, aspect, prompt_override, seed, idem, ...rest } = given;
  const asked = { motion, dur_seconds, aspect, prompt_override, seed, idem, mode };
  const at = (format: 'mp4' | 'jpg') => buildProxyUrl({ url, projectKey, src, ...asked, format });
  return { mp4Url: at('mp4'), posterUrl: at('jpg'), rest };
}

/** True until the browser has said otherwise: a server does not know, and motion can begin later but not be unseen. */
function useReducedMotion(): boolean {
  const [reduced, setReduced] = useState(true);
  useEffect(() => {
    const asked = window.matchMedia(REDUCED);
    const tell = () => setReduced(asked.matches);
    tell();
    asked.addEventListener('change', tell);
    return () => asked.removeEventListener('change', tell);
  }, []);
  return reduced;
}

function useNear(element: { readonly current: HTMLVideoElement | null }, rootMargin: string): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near, rootMargin]);
  return near;
}

function whilePointedAt(video: HTMLVideoElement): () => void {
  const begin = () => void play(video);
  const end = () => {
    video.pause();
    video.currentTime = 0;
  };
  const kinds = [
    ['pointerenter', begin],
    ['focus', begin],
    ['pointerleave', end],
    ['blur', end],
  ] as const;
  for (const [kind, listener] of kinds) video.addEventListener(kind, listener);
  return () => {
    for (const [kind, listener] of kinds) video.removeEventListener(kind, listener);
  };
}

/** A browser that saves energy refuses to play; the poster then stands for the video. */
const play = (video: HTMLVideoElement): Promise<void> => video.play().catch(() => undefined);

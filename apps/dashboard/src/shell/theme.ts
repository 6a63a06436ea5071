import { store } from '../api/store.js';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'zoetrope-theme';

const kept = (): Theme => {
  try {
    const text = localStorage.getItem(KEY);
    return text === 'light' || text === 'dark' ? text : 'system';
  } catch {
    return 'system';
  }
};

export const theme = store<Theme>(kept());

/** Takes the theme on and keeps it for this browser; index.html applies it before the first paint. */
export function choose(next: Theme): void {
  theme.set(next);
  const { dataset } = document.documentElement;
  try {
    if (next === 'system') {
      delete dataset.theme;
      localStorage.removeItem(KEY);
    } else {
      dataset.theme = next;
      localStorage.setItem(KEY, next);
    }
  } catch {
    // Private windows may refuse to keep anything; the page has its theme all the same.
  }
}

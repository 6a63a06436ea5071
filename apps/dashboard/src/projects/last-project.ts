const KEY = 'zoetrope-project';

/** The project somebody was in last, in this browser. */
export function lastProject(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberProject(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Without it the first project opens next time.
  }
}

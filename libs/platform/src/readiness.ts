/** Asks one dependency; rejects when it cannot be used. */
export type Check = () => Promise<void> | void;

/** What `/health/ready` asks. Injected, so that a module adds its own dependencies. */
export class Readiness {
  private readonly checks = new Map<string, Check>();

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** Each dependency's state, asked now: `ok`, or what is wrong with it. A check that takes over 2 s is wrong. */
  async report(): Promise<{ ready: boolean; checks: Record<string, string> }> {
    const states = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await stateOf(check)]),
    );
    const checks = Object.fromEntries(states) as Record<string, string>;
    return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
  }
}

async function stateOf(check: Check): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer within 2 s')), 2_000);
  try {
    await Promise.race([Promise.resolve().then(check), promise]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

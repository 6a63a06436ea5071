import { readFileSync } from 'node:fs';
import path from 'node:path';
import { demoEmail } from '@zoetrope/embedded/seed';

export interface RunningSystem {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

const readJson = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Where Zoetrope runs and who signs in: ZOETROPE_URL, ZOETROPE_EMAIL and ZOETROPE_PASSWORD, else the embedded
 * system of ZOETROPE_DATA and its demo account.
 */
export function runningSystem(): RunningSystem {
  const { ZOETROPE_URL: url, ZOETROPE_EMAIL: email, ZOETROPE_PASSWORD: password } = process.env;
  if (url && email && password) return { url, email, password };
  const folder = path.resolve(process.env.ZOETROPE_DATA ?? '.zoetrope');
  try {
    const { port } = readJson(path.join(folder, 'system.json'));
    const secrets = readJson(path.join(folder, 'secrets.json'));
    return {
      url: url ?? `http://localhost:${port}`,
      email: demoEmail,
      password: String(secrets.demoPassword),
    };
  } catch {
    throw new Error(`nothing runs from ${folder}: start it with npm start in another shell`);
  }
}

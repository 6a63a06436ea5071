import { hasApt, installFromDebian } from './apt.mjs';
import { onPath, Problem, step } from './run.mjs';

/** What tests and soak runs put in front of the gateways: Debian's package and its program. */
const servers = [
  ['varnish', 'varnishd'],
  ['nginx', 'nginx'],
];

/** Installs Varnish and nginx where they are missing. @throws Problem for somebody who may not install packages */
export const installEdgeCaches = async () => {
  for (const [name, program] of servers.filter(([, program]) => !onPath(program))) {
    if (process.getuid?.() !== 0 || !hasApt())
      throw new Problem(`the tests need ${program}: install it, on Debian with "apt-get install ${name}"`);
    await step(`${name} from Debian`, () => installFromDebian(name));
  }
};

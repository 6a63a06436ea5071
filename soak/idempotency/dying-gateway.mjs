/**
 * The gateway as it is, but for one thing: when the file ZOETROPE_DIE_AT holds the name of a point, it kills itself with
 * SIGKILL there. A point is `before <fact>` or `after <fact>`, with `#n` for the n-th such append of this process since
 * the file was written. Plain JavaScript, since the supervisor starts it like any service.
 */
import { readFileSync, rmSync } from 'node:fs';
import { loadConfig } from '@zoetrope/platform/config';
import { runService } from '@zoetrope/platform/service';
import { gatewayConfig } from '../../apps/gateway/dist/config.js';
import { gatewayService } from '../../apps/gateway/dist/gateway-service.js';

const file = process.env.ZOETROPE_DIE_AT ?? '';
const { log } = await runService(gatewayService(loadConfig(gatewayConfig)));
const append = log.append.bind(log);
let reached = 0;

function passing(point) {
  const asked = armed();
  if (asked === undefined) {
    reached = 0;
    return;
  }
  const [name, count = '1'] = asked.split('#');
  if (name !== point) return;
  reached += 1;
  if (reached < Number(count)) return;
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
}

function armed() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // nobody has to die
  }
}

log.append = async (subject, fact, options) => {
  passing(`before ${fact.type}`);
  const outcome = await append(subject, fact, options);
  passing(`after ${fact.type}`);
  return outcome;
};

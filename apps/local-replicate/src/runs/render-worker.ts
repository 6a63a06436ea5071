import { parentPort, workerData } from 'node:worker_threads';
import { type ClipOrder, renderClip } from '../render/clip.js';

/** Thread that renders one clip: frames are heavy arithmetic, and the server must keep answering. */
const { order, output } = workerData as { order: ClipOrder; output: string };

const REPORTS = 20;
let reported = 0;

await renderClip(order, output, (done, total) => {
  const part = Math.floor((done / total) * REPORTS);
  if (part === reported) return;
  reported = part;
  parentPort?.postMessage({ done, total });
});

import { LIMITS, refused } from './limits.js';

const SOS = 0xda;
const EOI = 0xd9;
const TEM = 0x01;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/**
 * Counts the scans of a JPEG by walking its markers as libjpeg's `next_marker` does (ITU T.81 B.1.1): whatever stands
 * between two markers is skipped, and what follows the end of the image (a phone's moving picture) is not looked at.
 * A decoder goes over the whole picture once for each scan, however few bytes the scan has.
 * @throws MediaError source_unsupported
 */
export function checkJpeg(bytes: Buffer): void {
  let scans = 0;
  for (let at = nextMarker(bytes, 2); at < bytes.length; ) {
    const marker = bytes[at] ?? EOI;
    if (marker === EOI) return;
    if (marker === SOS && ++scans > LIMITS.scans) throw refused(`more than ${LIMITS.scans} scans`);
    if (marker === TEM || isRestart(marker)) {
      at = nextMarker(bytes, at + 1);
      continue;
    }
    // Decoders end at these; where one did not, it would read on in another place than this walk.
    if (marker < 0xc0 || marker === 0xd8) throw refused('not a readable jpeg image');
    if (at + 3 > bytes.length) return;
    at = nextMarker(bytes, at + 1 + bytes.readUInt16BE(at + 1));
  }
}

/** Where the code of the next marker stands: after one 0xFF or more, and not 0, which is a stuffed 0xFF of the data. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at)) {
    while (bytes[at] === 0xff) at += 1;
    if (at < bytes.length && bytes[at] !== 0) return at;
  }
  return bytes.length;
}

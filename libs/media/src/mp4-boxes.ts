import { type FileHandle, open } from 'node:fs/promises';

export interface Mp4Box {
  type: string;
  /** Bytes from the start of the file, and bytes with the header. */
  offset: number;
  size: number;
}

async function readBox(file: FileHandle, offset: number, fileSize: number): Promise<Mp4Box | undefined> {
  const head = Buffer.alloc(16);
  const { bytesRead } = await file.read(head, 0, 16, offset);
  if (bytesRead < 8) return undefined;
  const short = head.readUInt32BE(0);
  const long = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short;
  const size = long === 0 ? fileSize - offset : long;
  return size < 8 ? undefined : { type: head.toString('latin1', 4, 8), offset, size };
}

/** Top-level boxes of an MP4 in file order (ISO/IEC 14496-12, 4.2). Stops at the first malformed one. */
export async function topLevelBoxes(path: string): Promise<Mp4Box[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const boxes: Mp4Box[] = [];
    for (let offset = 0; offset < size; ) {
      const box = await readBox(file, offset, size);
      if (!box) break;
      boxes.push(box);
      offset += box.size;
    }
    return boxes;
  } finally {
    await file.close();
  }
}

/** Whether a player can start before it has everything: the index (`moov`) comes before the data (`mdat`). */
export function isFastStart(boxes: Mp4Box[]): boolean {
  const moov = boxes.findIndex((box) => box.type === 'moov');
  const mdat = boxes.findIndex((box) => box.type === 'mdat');
  return moov >= 0 && mdat >= 0 && moov < mdat;
}

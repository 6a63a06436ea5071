import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Coloured where standard output is a terminal that wants colours (NO_COLOR, FORCE_COLOR are heeded); else as it is. */
const painted = (format: Format) => (text: string) =>
  styleText(format, text, { stream: process.stdout, validateStream: true });

export const bold = painted('bold');
export const dim = painted('dim');
export const red = painted('red');
export const green = painted('green');
export const yellow = painted('yellow');
export const cyan = painted('cyan');

/** Writes `.br` and `.gz` beside every built text file, so that the gateway compresses nothing itself. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = path.join(import.meta.dirname, 'dist', 'static');
for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg)$/.test(file))) {
  const bytes = readFileSync(path.join(folder, name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(path.join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
  writeFileSync(path.join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}

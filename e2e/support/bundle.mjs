/** `node bundle.mjs <entry> <folder>`: one ES module, as a customer's bundler would make it. */
import { build } from 'vite';

const [entry, outDir] = process.argv.slice(2);
await build({
  configFile: false,
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  build: { outDir, emptyOutDir: false, lib: { entry, formats: ['es'], fileName: () => 'page.js' } },
});

import path from 'node:path';
import { defineConfig } from 'vite';

/** `ZOETROPE_URL=http://localhost:4000 npx vite apps/dashboard` develops against a running system. */
const gateway = process.env.ZOETROPE_URL ?? 'http://localhost:4000';
const passed = ['/api', '/v1', '/uploads', '/docs', '/health'];

export default defineConfig({
  root: path.resolve(import.meta.dirname),
  // Our libs from source, as everywhere but at run time.
  resolve: { conditions: ['zoetrope-source', 'module', 'browser', 'development|production'] },
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'static',
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A picture or font inside a style sheet would need data: where the policy has none.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, report) {
        // "use client" is for servers that render React; there is none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: { proxy: Object.fromEntries(passed.map((prefix) => [prefix, { target: gateway }])) },
});

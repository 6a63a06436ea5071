/** Specs run our TypeScript from source; `.int` and `.e2e` start real servers themselves. */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/{libs,apps}/*/src/**/*.spec.ts',
    '<rootDir>/tools/**/*.spec.ts',
    '<rootDir>/e2e/**/*.spec.ts',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { configFile: '.swcrc' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['zoetrope-source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['/dist/', '/.zoetrope'],
  // In the temporary folder it would go with each run's own.
  cacheDirectory: '<rootDir>/node_modules/.cache/zoetrope/jest',
  globalSetup: '<rootDir>/tools/jest/set-up.mjs',
  globalTeardown: '<rootDir>/tools/jest/tear-down.mjs',
  testSequencer: '<rootDir>/tools/jest/longest-first.mjs',
  // Twice the cores of a small machine: whole systems wait for timers and disks about a third of the time.
  maxWorkers: 4,
  // Long enough for a machine that does five things at once; nothing is ever asserted by it.
  testTimeout: 60_000,
};

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
  maxWorkers: 2,
  testTimeout: 30_000,
};

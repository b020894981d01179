import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts', '*.test.ts'],
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    globalSetup: ['packages/testing/src/test-cluster.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})

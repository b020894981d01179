import { env } from 'node:process'
import { defineConfig } from 'vitest/config'
import { toolEnvironment } from './packages/testing/src/system-tools.ts'

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts', '*.test.ts'],
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    env: toolEnvironment(env['PATH'] ?? ''),
    globalSetup: ['packages/testing/src/test-cluster.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})

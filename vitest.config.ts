import { env } from 'node:process'
import { defineConfig } from 'vitest/config'
import { toolEnvironment } from './packages/testing/src/system-tools.ts'

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts', '*.test.ts'],
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    env: toolEnvironment(env['PATH'] ?? ''),
    globalSetup: ['packages/testing/src/test-cluster.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // A second, the default, is what a busy machine takes for one answer.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    // The machine is shared: what fails beside others is tried once more, and named at the end where it passes then. What a property
    // found is an answer, whatever other values give.
    retry: { count: 1, condition: /^(?!Property failed)/ },
    // V8 of Node 24 has races between what runs and what is compiled beside it, which end the process on a machine as busy as this:
    // github.com/nodejs/node/issues/66126 and 64841.
    execArgv: ['--no-concurrent-recompilation', '--no-concurrent-sparkplug'],
  },
})

import type { Reporter, TestModule } from 'vitest/node'

/**
 * Prints `N passed, N failed[, N skipped]` alone on the last line, which CI reads. A file that can't be loaded counts as one failure.
 * Before it: which tests passed only when they were tried again.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const flaky: string[] = []
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (test.diagnostic()?.flaky === true) flaky.push(`${module.relativeModuleId}: ${test.fullName}`)
        if (state === 'pending') count.failed += 1
        else count[state] += 1
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    // The default reporter still writes its summary in this same hook, so this line waits for the process to end.
    const again = flaky.length === 0 ? '' : `\n${flaky.length} passed only when tried again:\n  ${flaky.join('\n  ')}\n`
    process.once('exit', () =>
      process.stdout.write(`${again}\n${count.passed} passed, ${count.failed} failed${skipped}\n`),
    )
  }
}

import { readConfiguration, refuseToStart } from '../platform/configuration.ts'
import { type Instance, startInstance } from './instance.ts'
import { KeyFileError, loadInstanceKeys } from '../keys/index.ts'
import { StartRefused } from './deployment-checks.ts'
import { endOnUnforeseen } from './unforeseen-end.ts'

/** Ctrl-C comes twice at once where npm hands on what the terminal has sent already; that is one wish, not impatience. */
const sameSignalMs = 1_000

/**
 * The server's process: `main.ts [up] [--empty]` runs it, `main.ts doctor [--json] [--fix-hints]` examines the deployment,
 * `main.ts keys-init [--json]` makes the keys of a new instance; `main.ts backup --to FILE`, `backup verify --from FILE` and
 * `restore --from FILE` keep and bring back all of it; `log-accept-loss --reason TEXT` has a log that is stopped go on.
 * Exit codes: 0 stopped as asked, 78 configuration refused, 70 ended by an error that nothing caught, 1 otherwise.
 */
async function main(args: readonly string[]): Promise<void> {
  let instance: Instance | undefined
  endOnUnforeseen(() => instance?.requestsUnderWay() ?? 0)
  const [command = 'up', ...options] = args
    .filter((it) => !it.startsWith('--'))
    .concat(args.filter((it) => it.startsWith('--')))
  // oxlint-disable-next-line node/no-process-env -- the one place that reads it
  const { env } = process
  if (command === 'doctor') {
    const [{ formatDoctor, runDoctor }, { checkStoredLogs }] = await Promise.all([
      import('./doctor/doctor.ts'),
      import('./doctor/log-checks.ts'),
    ])
    const configured = readConfiguration(env)
    const stored = configured.ok ? await checkStoredLogs(configured.configuration) : []
    const checks = [...(await runDoctor({ env })), ...stored]
    const report = { withCommands: options.includes('--fix-hints') }
    process.stdout.write(
      options.includes('--json') ? `${JSON.stringify(checks, null, 2)}\n` : formatDoctor(checks, report),
    )
    process.exitCode = checks.some(({ state }) => state === 'fail') ? 1 : 0
    return
  }
  const result = readConfiguration(env)
  if (!result.ok) refuseToStart(result.faults)
  if (command === 'backup' || command === 'restore') {
    const { runBackupProgram } = await import('../backup/index.ts')
    process.exitCode = await runBackupProgram(args, result.configuration, {
      answer: (text) => void process.stdout.write(text),
      remark: (text) => void process.stderr.write(text),
      isTerminal: process.stderr.isTTY,
    })
    return
  }
  if (command === 'log-accept-loss') {
    const { runLogProgram } = await import('./log-program.ts')
    process.exitCode = await runLogProgram(args, result.configuration, (text) => void process.stdout.write(text))
    return
  }
  if (command === 'keys-init') {
    const { keyDir } = result.configuration
    await loadInstanceKeys(keyDir, { make: true })
    process.stdout.write(
      options.includes('--json')
        ? `${JSON.stringify({ keyDir })}\n`
        : `The keys are in ${keyDir}. Back them up apart from the database.\n`,
    )
    return
  }
  const starting = startInstance(result.configuration, {
    withSample: !options.includes('--empty'),
    say: (line) => void process.stdout.write(`${line}\n`),
    onDatabaseExit: (error) => end(1, error),
  })
  const { shutdownSeconds, drainSeconds } = result.configuration
  // From the first moment on: what is told to stop while it starts, starts and stops in order.
  stopOnSignals(async () => (await starting).stop(), shutdownSeconds + drainSeconds)
  instance = await starting
}

function stopOnSignals(stopInstance: () => Promise<void>, seconds: number): void {
  let stoppingSince: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stoppingSince === undefined) {
        stoppingSince = Date.now()
        void stop(stopInstance, seconds)
      } else if (Date.now() - stoppingSince > sameSignalMs) {
        // Asked for again: it means now.
        process.exit(1)
      }
    })
  }
}

async function stop(stopInstance: () => Promise<void>, seconds: number): Promise<void> {
  setTimeout(() => end(1, new Error(`requests under way did not end within ${seconds} s`)), seconds * 1000).unref()
  try {
    await stopInstance()
    process.exit(0)
  } catch (error) {
    end(1, error)
  }
}

function end(code: number, error: unknown): never {
  process.stderr.write(`AfterAI stopped: ${error instanceof Error ? error.message : 'for an unknown reason'}\n`)
  process.exit(code)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof StartRefused) refuseToStart(error.faults)
  if (error instanceof KeyFileError)
    refuseToStart([{ variable: 'AFTERAI_KEY_DIR', problem: error.problem, fix: error.fix }])
  end(1, error)
}

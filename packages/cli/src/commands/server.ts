import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { settingVariables } from '../settings.ts'
import type { World } from '../world.ts'
import { leaf, locally, type Mount } from './leaf.ts'

/** `up` and `doctor`: the server, as a process of its own. */
export function addServerCommands(program: Command, mount: Mount): void {
  leaf(program, 'up', {
    summary: 'Run the server.',
    description:
      'Run the server. Without configuration: for trying it out, on this machine alone, with its own database.',
    examples: ['afterai up', 'afterai up --empty'],
  })
    .option('--empty', 'start without the sample workspace')
    .action(
      locally(mount, async ({ world }, { empty }: { empty?: boolean }) =>
        runServer(world, ['up', ...(empty === true ? ['--empty'] : [])]),
      ),
    )

  leaf(program, 'doctor', {
    summary: 'Check the configuration of the server without starting it.',
    description: 'Check the configuration and the database of the server on this machine, without starting it.',
    examples: ['afterai doctor', 'afterai doctor --json'],
  }).action(
    locally(mount, async ({ world }, { json }: { json?: boolean }) =>
      runServer(world, ['doctor', ...(json === true ? ['--json'] : [])]),
    ),
  )
}

/** Runs the server until it ends, and answers its exit code. */
async function runServer({ env, stdin }: World, args: readonly string[]): Promise<number> {
  const main = fileURLToPath(import.meta.resolve('@afterai/server'))
  const child = spawn(execPath, [main, ...args], { stdio: 'inherit', env: withoutClientSettings(env) })
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to both processes itself; a second one would be taken for impatience.
    if (signal !== 'SIGINT' || stdin.isTTY !== true) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, forward)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      // As a shell has it: 128 and the signal's number.
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  } finally {
    for (const signal of signals) process.off(signal, forward)
  }
}

/** The server has no use for a person's API key, and refuses AFTERAI_ settings that it doesn't know. */
function withoutClientSettings(env: World['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('AFTERAI_') || !Object.hasOwn(settingVariables, name)),
  )
}

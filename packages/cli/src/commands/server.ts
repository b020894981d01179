import { availableParallelism } from 'node:os'
import process, { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { settingVariables } from '../settings.ts'
import type { World } from '../world.ts'
import { leaf, locally, type Mount } from './leaf.ts'

/** `up`, `doctor` and `keys init`: the server's own program takes over. */
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
        becomeServer(world, ['up', ...(empty === true ? ['--empty'] : [])]),
      ),
    )

  leaf(program, 'doctor', {
    summary: 'Check the configuration of the server without starting it.',
    description: 'Check the configuration and the database of the server on this machine, without starting it.',
    examples: ['afterai doctor', 'afterai doctor --fix-hints', 'afterai doctor --json'],
  })
    .option('--fix-hints', 'print the commands and settings that mend what is wrong (always part of --json)')
    .action(
      locally(mount, async ({ world }, { json, fixHints }: { json?: boolean; fixHints?: boolean }) =>
        becomeServer(world, [
          'doctor',
          ...(json === true ? ['--json'] : []),
          ...(fixHints === true ? ['--fix-hints'] : []),
        ]),
      ),
    )

  leaf(
    program.command('keys').summary('Make the keys of an instance.').description('Make the keys of an instance.'),
    'init',
    {
      summary: 'Make the keys of a new instance.',
      description:
        'Make the signing and encryption keys of a new instance in AFTERAI_KEY_DIR, once, before its first start in production. Keys that are there stay as they are.',
      examples: ['afterai keys init'],
    },
  ).action(
    locally(mount, async ({ world }, { json }: { json?: boolean }) =>
      becomeServer(world, ['keys-init', ...(json === true ? ['--json'] : [])]),
    ),
  )
}

/**
 * Threads that help V8 collect garbage and compile. Its own four are more than a machine of two cores has room for: whenever they marked
 * garbage, the server and its database waited for a core.
 */
const helperThreads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))

/**
 * How V8 is started. What it compiles beside the running program can race with it and end the process, in Node 24 up to 24.21 at least
 * (github.com/nodejs/node/issues/66126, 64841): so it compiles in its turn, which takes the server no measurable time.
 */
const v8Options = [`--v8-pool-size=${helperThreads}`, '--no-concurrent-recompilation', '--no-concurrent-sparkplug']

/**
 * Becomes the server: the same process goes on with its program, so that signals, Ctrl-C and kill -9 meet one process,
 * and its exit code is the command's.
 */
export function becomeServer({ env }: World, args: readonly string[]): never {
  const main = fileURLToPath(import.meta.resolve('@afterai/server'))
  if (process.execve === undefined)
    throw new Error('this system cannot replace a process; run the server itself: ' + main)
  const program = [execPath, ...v8Options, main]
  return process.execve(execPath, [...program, ...args], withoutClientSettings(env))
}

/** The server has no use for a person's API key, and refuses AFTERAI_ settings that it doesn't know. */
function withoutClientSettings(env: World['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('AFTERAI_') || !Object.hasOwn(settingVariables, name)),
  )
}

import process, { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { settingVariables } from '../settings.ts'
import type { World } from '../world.ts'
import { leaf, locally, type Mount } from './leaf.ts'

/** `up` and `doctor`: the server's own program takes over. */
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
    examples: ['afterai doctor', 'afterai doctor --json'],
  }).action(
    locally(mount, async ({ world }, { json }: { json?: boolean }) =>
      becomeServer(world, ['doctor', ...(json === true ? ['--json'] : [])]),
    ),
  )
}

/**
 * Becomes the server: the same process goes on with its program, so that signals, Ctrl-C and kill -9 meet one process,
 * and its exit code is the command's.
 */
export function becomeServer({ env }: World, args: readonly string[]): never {
  const main = fileURLToPath(import.meta.resolve('@afterai/server'))
  if (process.execve === undefined)
    throw new Error('this system cannot replace a process; run the server itself: ' + main)
  return process.execve(execPath, [execPath, main, ...args], withoutClientSettings(env))
}

/** The server has no use for a person's API key, and refuses AFTERAI_ settings that it doesn't know. */
function withoutClientSettings(env: World['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('AFTERAI_') || !Object.hasOwn(settingVariables, name)),
  )
}

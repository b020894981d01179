import { CommanderError } from 'commander'
import { CommandFailure } from './command-failure.ts'
import { exitCodeOf, type ExitName } from './exit-codes.ts'
import { createProgram } from './program.ts'
import type { World } from './world.ts'

/** Runs one command line, and answers the exit code. It never throws. */
export async function run(args: readonly string[], world: World): Promise<number> {
  let code = exitCodeOf('ok')
  try {
    const program = await createProgram({ world, onExit: (ending) => (code = ending) }, args)
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return exitCodeOf(report(error, world))
  }
}

/** Tells what went wrong: a sentence, its details, what to do. Never a stack: it means nothing to who reads it. */
function report(error: unknown, { stderr }: World): ExitName {
  // Commander has written its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 'ok' : 'usage'
  const failure = error instanceof CommandFailure ? error : unexpected(error)
  stderr.write(
    `${[`afterai: ${failure.message}`, ...failure.lines, ...(failure.remedy ?? '').split('\n')].filter(Boolean).join('\n')}\n`,
  )
  return failure.exit
}

function unexpected(error: unknown): CommandFailure {
  const message = error instanceof Error ? error.message : 'unknown error'
  return new CommandFailure('failed', `Something went wrong: ${message}`, { cause: error })
}

import type { ExitName } from './exit-codes.ts'

/** The error that ends a command: a sentence for a person, further lines, and what to do about it. Never a stack, never a secret. */
export class CommandFailure extends Error {
  readonly exit: ExitName
  readonly lines: readonly string[]
  readonly remedy: string | undefined

  constructor(
    exit: ExitName,
    message: string,
    { lines = [], remedy, cause }: { lines?: readonly string[]; remedy?: string; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.name = 'CommandFailure'
    this.exit = exit
    this.lines = lines
    this.remedy = remedy
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

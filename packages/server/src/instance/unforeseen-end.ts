import { writeSync } from 'node:fs'

/** The exit code of a process that an error ended which nothing caught (EX_SOFTWARE). */
export const unforeseenExitCode = 70

const mostFrames = 8

/**
 * Ends the process when an error comes up that nothing caught, be it thrown or a promise's: what was under way then is in no known
 * state. It says so first, in one line of the log whatever its level: the error's class and place, not its message, which may quote
 * anything, and what it ended. Clients see their connections break off, and the database takes back what they hadn't committed; the
 * embedded one shuts down in order, since it notices that its parent is gone.
 * @param underWay how many requests are being worked on
 */
export function endOnUnforeseen(underWay: () => number): void {
  process.on('uncaughtException', (error: unknown, origin) => {
    const line = {
      level: 60,
      time: new Date().toISOString(),
      ...describe(error),
      requestsUnderWay: underWay(),
      msg: `AfterAI stops: ${origin === 'unhandledRejection' ? 'a promise failed and' : 'an error was thrown that'} nothing was there for. Start it again; what was acknowledged is kept`,
    }
    try {
      writeSync(2, `${JSON.stringify(line)}\n`)
    } finally {
      // Where nobody reads the log any more, the exit code still tells.
      process.exit(unforeseenExitCode)
    }
  })
}

function describe(error: unknown): { type: string; code?: string; at?: readonly string[] } {
  if (!(error instanceof Error)) return { type: typeof error }
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const code = 'code' in error && /^[A-Z0-9_]{1,40}$/.test(String(error.code)) ? { code: String(error.code) } : {}
  return { type: error.constructor.name, ...code, at: frames.slice(0, mostFrames).map((line) => line.trim()) }
}

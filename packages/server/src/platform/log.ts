import { pino, type Logger } from 'pino'
import { sqlState } from './database.ts'

export type { Logger }

/** The process's log: JSON lines on standard error, so that standard output stays the reader's. Headers and bodies are never logged. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      redact: {
        paths: ['*.password', '*.key', '*.authorization', '*.cookie', '*.refreshHandle'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

// Type, message, code and stack, and nothing else that hangs on an error: a driver's errors carry their connection.
// Nor the message of a database, which quotes the values of the row that it refused (P1.2).
function describeError(error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return { type: typeof cause }
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const state = sqlState(cause)
  if (state !== undefined) return { type: 'DatabaseError', sqlState: state, stack: frames.join('\n') }
  const code = 'code' in cause ? { code: cause.code } : {}
  return { type: cause.name, message: cause.message, ...code, stack: frames.join('\n') }
}

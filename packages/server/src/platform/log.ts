import { pino, stdSerializers, type Logger } from 'pino'
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

// A database's message quotes the values of the row that it refused; those are nothing for a log (P1.2).
function describeError(error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return cause
  if (sqlState(cause) === undefined) return stdSerializers.err(cause)
  const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return { type: 'DatabaseError', sqlState: sqlState(cause), stack: frames.join('\n') }
}

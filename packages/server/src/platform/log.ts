import { pino, type Logger } from 'pino'

export type { Logger }

/** The process's log: JSON lines on standard error, so that standard output stays the reader's. Headers and bodies are never logged. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['*.password', '*.key', '*.code', '*.authorization', '*.cookie', '*.refreshHandle'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  )
}

import { type DestinationStream, pino, type Logger } from 'pino'
import { redactFields, redactLine } from './log-redaction.ts'

export type { Logger }

/**
 * The process's log: JSON lines, without secrets. They go to standard error, so that standard output stays the reader's, unless a
 * test reads them. Headers and bodies are never logged.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: redactFields },
      // It is described by then, and pino's own way would take it for an error once more.
      serializers: { err: (described: unknown) => described },
      hooks: { streamWrite: redactLine },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  )
  // Pino writes the fields of a child as they are; children inherit this, and theirs too.
  const child = log.child
  log.child = function redactedChild(this: Logger, bindings, options) {
    return child.call(this, redactFields(bindings), options)
  } as typeof child
  return log
}

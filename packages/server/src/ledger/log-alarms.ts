import { ProblemError } from '@afterai/contract'
import type { Logger } from '../platform/log.ts'

/** Who found that something is wrong with a log: only they can find that it no longer is. */
export type AlarmSource = 'head' | 'fence' | 'verification'

/** A log on top of which nothing is signed. */
export interface LogAlarm {
  readonly tenantId: string
  readonly source: AlarmSource
  readonly code: 'log_tampered' | 'log_went_back'
  /** Findings, in words that name the log and its entries and hold nothing of what is in them. */
  readonly findings: readonly string[]
  readonly since: Date
}

/** Which logs this process signs nothing more for. */
export interface LogAlarms {
  all(): readonly LogAlarm[]
  of(tenantId: string): LogAlarm | undefined
  /** Whether the log may be signed as far as the others know. */
  isStoppedBy(tenantId: string, source: AlarmSource): boolean
  raise(tenantId: string, source: AlarmSource, findings: readonly string[]): void
  clear(tenantId: string, source: AlarmSource): void
  /** Throws where the log is stopped. @throws ProblemError `log_tampered`, `log_went_back` */
  refuse(tenantId: string): void
}

/** Creates the alarms of a process. `onAlarm` is told each new one once. */
export function createLogAlarms(log: Logger, onAlarm: (alarm: LogAlarm) => void = () => undefined): LogAlarms {
  const raised = new Map<string, LogAlarm>()
  const of = (tenantId: string): LogAlarm | undefined => [...raised.values()].find((it) => it.tenantId === tenantId)
  return {
    all: () => [...raised.values()],
    of: (tenantId) => (raised.size === 0 ? undefined : of(tenantId)),
    isStoppedBy: (tenantId, source) => raised.has(keyOf(tenantId, source)),
    raise(tenantId, source, findings) {
      const key = keyOf(tenantId, source)
      const before = raised.get(key)
      const code = source === 'fence' ? 'log_went_back' : 'log_tampered'
      const alarm = { tenantId, source, code, findings, since: before?.since ?? new Date() } as const
      raised.set(key, alarm)
      if (before !== undefined) return
      log.error({ tenantId, code, findings }, 'ALARM: nothing more is signed for a log')
      onAlarm(alarm)
    },
    clear(tenantId, source) {
      if (raised.delete(keyOf(tenantId, source))) log.warn({ tenantId, source }, 'an alarm of a log is over')
    },
    refuse(tenantId) {
      const alarm = raised.size === 0 ? undefined : of(tenantId)
      if (alarm?.code === 'log_tampered') throw new ProblemError('log_tampered', { retryAfterSeconds: 60 })
      if (alarm?.code === 'log_went_back') throw new ProblemError('log_went_back', { retryAfterSeconds: 60 })
    },
  }
}

function keyOf(tenantId: string, source: AlarmSource): string {
  return `${tenantId} ${source}`
}

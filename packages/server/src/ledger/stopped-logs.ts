import { changesNothing } from '../audit/index.ts'
import type { Append } from './append.ts'
import type { LogAlarm, LogAlarms } from './log-alarms.ts'

/** Appends to a log unless it is stopped: it takes nothing then that would change what is recorded. Who comes in, reads or is refused waits in its queue. */
export function refuseStopped(append: Append, alarms: LogAlarms): Append {
  return async (tx, tenantId, items, along) => {
    const isHarmless = ({ statement }: (typeof items)[number]): boolean =>
      statement.kind === 'audit' && changesNothing(statement.facts.action)
    if (!items.every(isHarmless)) alarms.refuse(tenantId)
    return append(tx, tenantId, items, along)
  }
}

/** How many logs are stopped, by reason. */
export function stoppedLogs(alarms: LogAlarms): Readonly<Record<LogAlarm['code'], number>> {
  const countOf = (code: LogAlarm['code']): number =>
    new Set(alarms.all().flatMap((it) => (it.code === code ? [it.tenantId] : []))).size
  return { log_tampered: countOf('log_tampered'), log_went_back: countOf('log_went_back') }
}

/** Why `/readyz` answers no, while a log is stopped. */
export function stoppedBy(alarms: LogAlarms): { code: LogAlarm['code']; detail: string } | undefined {
  const all = alarms.all()
  const [first] = all
  if (first === undefined) return undefined
  const logs = new Set(all.map(({ tenantId }) => tenantId)).size
  return { code: first.code, detail: `nothing more is signed for ${logs === 1 ? 'a log' : `${logs} logs`}` }
}

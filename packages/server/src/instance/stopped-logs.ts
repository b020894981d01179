import type { PublicKey } from '@afterai/record'
import type { ClientBase } from 'pg'
import { type Audit, changesNothing, systemActor } from '../audit/index.ts'
import { instanceTenant } from '../identity/index.ts'
import { type Append, isTimelineAccepted, type LogAlarm, type LogAlarms, type LogMemory } from '../ledger/index.ts'
import { createMailTransport, mailLogAlarm, type MailSettings } from '../notify/index.ts'
import { type Database, TimelineWentBack, withTenant } from '../platform/database.ts'
import { refuseEarlierTimeline, type TimelineMemory } from '../platform/database-timeline.ts'
import type { Logger } from '../platform/log.ts'

/** Appends to a log unless it is stopped: it takes nothing then that would change what is recorded. Who comes in, reads or is refused waits in its queue. */
export function refuseStopped(append: Append, alarms: LogAlarms): Append {
  return async (tx, tenantId, items, along) => {
    const isHarmless = ({ statement }: (typeof items)[number]): boolean =>
      statement.kind === 'audit' && changesNothing(statement.facts.action)
    if (!items.every(isHarmless)) alarms.refuse(tenantId)
    return append(tx, tenantId, items, along)
  }
}

/** Why `/readyz` answers no, while a log is stopped. */
export function stoppedBy(alarms: LogAlarms): { code: LogAlarm['code']; detail: string } | undefined {
  const all = alarms.all()
  const [first] = all
  if (first === undefined) return undefined
  const logs = new Set(all.map(({ tenantId }) => tenantId)).size
  return { code: first.code, detail: `nothing more is signed for ${logs === 1 ? 'a log' : `${logs} logs`}` }
}

/** Tells of a log that was stopped in its own trail, and by mail where the instance has a way. */
export function alarmTeller(at: {
  mail: (MailSettings & { readonly publicUrl: string }) | undefined
  db: Database
  audit: Audit
  log: Logger
}) {
  const { mail, db, audit, log } = at
  return async ({ tenantId, code, findings }: LogAlarm): Promise<void> => {
    const actor = systemActor(tenantId)
    const details = { code, findings: findings.length }
    const event = { action: 'log.stop', outcome: 'failed', resource: `log/${tenantId}`, details } as const
    await withTenant(db, tenantId, (tx) => audit(tx, actor, event)).catch((error: unknown) =>
      log.warn({ err: error, tenantId }, 'the trail of a log could not tell that it is stopped'),
    )
    if (mail === undefined) return
    const transport = createMailTransport(mail)
    const { publicUrl } = mail
    const operators = async (): Promise<string | undefined> => instanceTenant(db)
    const tenantsToTell = async (own: string): Promise<string[]> =>
      [own, await operators()].filter((it) => it !== undefined)
    await mailLogAlarm({ db, transport, log, publicUrl, tenantsToTell }, { tenantId, code, findings })
      .catch((error: unknown) => log.warn({ err: error, tenantId }, 'an alarm could not be told by mail'))
      .finally(() => transport.close())
  }
}

/** Refuses connections to a database that went back, and says so in the log, once a minute at most. */
export function timelineGuard(
  memory: LogMemory,
  { key, log }: { key: PublicKey; log: Logger },
): (client: ClientBase) => Promise<void> {
  let toldAt = 0
  const timelines: TimelineMemory = {
    timelineOf: memory.timelineOf,
    setTimeline: memory.setTimeline,
    isAccepted: (client, timeline, since) => isTimelineAccepted(client, key, { ...timeline, since }),
  }
  return (client) =>
    refuseEarlierTimeline(client, timelines).catch((error: unknown) => {
      if (error instanceof TimelineWentBack && Date.now() - toldAt > 60_000) {
        toldAt = Date.now()
        log.error({ err: error }, 'ALARM: a database that went back is refused')
      }
      throw error
    })
}

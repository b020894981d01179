import { type Audit, systemActor } from '../audit/index.ts'
import { instanceTenant } from '../identity/index.ts'
import type { LogAlarm } from '../ledger/index.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { mailLogAlarm } from './alarm-mail.ts'
import { createMailTransport, type InstanceMail } from './mail-transport.ts'

/** Tells of a log that was stopped in its own trail, and by mail where the instance has a way. */
export function alarmTeller(at: { mail: InstanceMail | undefined; db: Database; audit: Audit; log: Logger }) {
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

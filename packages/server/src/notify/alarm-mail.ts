import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, withTenant } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { errorCodeOf, type MailTransport } from './mail-transport.ts'

const retriesMs = [5_000, 60_000, 600_000]
/** More findings than these are for `afterai log verify`. */
const shown = 10

/** The content of a mail about a log. */
export interface LogAlarmMail {
  readonly tenantId: string
  readonly code: 'log_tampered' | 'log_went_back'
  readonly findings: readonly string[]
}

/** Dependencies of mailing alarms. */
export interface AlarmMailParts {
  readonly db: Database
  readonly transport: MailTransport
  readonly log: Logger
  readonly publicUrl: string
  /** The tenants whose administrators are told: the log's own, and the operators'. */
  readonly tenantsToTell: (tenantId: string) => Promise<readonly string[]>
}

/**
 * Tells administrators and operators by mail that nothing more is signed for a log. It isn't queued in the database, which is what is
 * in doubt; a mail server that is down is tried again a few times.
 */
export async function mailLogAlarm(parts: AlarmMailParts, alarm: LogAlarmMail): Promise<void> {
  const { db, log, tenantsToTell } = parts
  const addresses = new Set<string>()
  for (const tenantId of await tenantsToTell(alarm.tenantId)) {
    const rows = await withTenant(db, tenantId, (tx) =>
      tx
        .selectFrom('membership')
        .select('email')
        .where('tenant_id', '=', tenantId)
        .where('role', '=', 'admin')
        .where('disabled_at', 'is', null)
        .execute(),
    )
    for (const { email } of rows) if (email !== null) addresses.add(email)
  }
  log.info({ tenantId: alarm.tenantId, recipients: addresses.size }, 'an alarm of a log is told by mail')
  await Promise.all([...addresses].map((to) => sendPatiently(parts, { to, ...alarmMail(alarm, parts.publicUrl) })))
}

async function sendPatiently(
  { transport, log }: AlarmMailParts,
  mail: { to: string; subject: string; text: string },
): Promise<void> {
  const id = randomUUID()
  for (const waitMs of [...retriesMs, undefined]) {
    try {
      await transport.send({ id, ...mail })
      return
    } catch (error) {
      log.warn({ mail: id, error: errorCodeOf(error), givenUp: waitMs === undefined }, 'an alarm could not be mailed')
      if (waitMs !== undefined) await sleep(waitMs, undefined, { ref: false })
    }
  }
}

/** The words of the mail. */
export function alarmMail(
  { tenantId, code, findings }: LogAlarmMail,
  publicUrl: string,
): { subject: string; text: string } {
  const what =
    code === 'log_went_back'
      ? 'has fewer or other entries than were signed'
      : 'is not what was signed: something was changed behind AfterAI'
  const more = findings.length > shown ? [`  and ${findings.length - shown} more`] : []
  return {
    subject: 'AfterAI signs nothing more for a log',
    text: `Hello,

the log of the tenant ${tenantId} at
${publicUrl}
${what}:

${[...findings.slice(0, shown).map((it) => `  ${it}`), ...more].join('\n')}

What is recorded can still be read. Nothing new is recorded for this tenant until
the log is again what was signed, or an operator goes on without what is lost.

Where the server runs: look with "afterai doctor --fix-hints", bring the right
database back, and only if there is none:

    afterai log accept-loss --reason "why"
`,
  }
}

import { randomUUID } from 'node:crypto'
import { type Database, withTenant } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import type { Worse } from '../standing/index.ts'
import { createMailTransport, errorCodeOf, type InstanceMail, oneLine } from './mail-transport.ts'

/** The most environments that one mail names. */
const shown = 20

/** Tells those who may decide that something runs which must not, or not like this: one mail a tenant and look. Answers whether it was sent to all. */
export function standingTeller({
  mail,
  db,
  log,
}: {
  readonly mail: InstanceMail
  readonly db: Database
  readonly log: Logger
}) {
  return async (tenantId: string, worse: readonly Worse[]): Promise<boolean> => {
    const people = await withTenant(db, tenantId, (tx) =>
      tx
        .selectFrom('membership')
        .select('email')
        .where('tenant_id', '=', tenantId)
        .where('role', 'in', ['admin', 'approver'])
        .where('disabled_at', 'is', null)
        .execute(),
    )
    const addresses = new Set(people.flatMap(({ email }) => email ?? []))
    const transport = createMailTransport(mail)
    try {
      for (const to of addresses) await transport.send({ id: randomUUID(), to, ...standingMail(worse, mail.publicUrl) })
      return true
    } catch (error) {
      log.warn({ tenantId, error: errorCodeOf(error) }, 'a worse standing could not be mailed; it is tried again')
      return false
    } finally {
      transport.close()
    }
  }
}

/** The words of the mail. */
export function standingMail(worse: readonly Worse[], publicUrl: string): { subject: string; text: string } {
  const lines = worse.slice(0, shown).map(({ system, environment, standing, reason, needs }) => {
    const next = needs === null ? '' : `\n      ${oneLine(needs)}`
    return `  ${system} in ${environment}: ${standing.replace('_', ' ')}\n      ${oneLine(reason)}${next}`
  })
  const more = worse.length > shown ? [`  and ${worse.length - shown} more`] : []
  const first = worse[0]
  const subject =
    worse.length === 1 && first !== undefined
      ? `${first.system} in ${first.environment}: ${first.standing.replace('_', ' ')}`
      : `${worse.length} environments run with what they must not`
  return {
    subject: `AfterAI: ${oneLine(subject)}`,
    text: `Hello,

at ${publicUrl} this runs, and nobody decided that it may run like this:

${[...lines, ...more].join('\n')}

Everything that needs somebody: afterai status
`,
  }
}

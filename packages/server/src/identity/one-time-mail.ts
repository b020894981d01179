import { type Role } from '@afterai/contract'
import { type Audit, systemActor } from '../audit/index.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { MailJob } from './mail-queue.ts'
import { putResetCode, resetCodeMinutes, tellTenants } from './passwords/password-reset-service.ts'
import { type HashCredential, newCode } from '../access/index.ts'

/** The content of a mail: a one-time code, made for this sending; and what the words around it say. */
export type OneTimeMail =
  | {
      readonly kind: 'invitation'
      readonly to: string
      readonly code: string
      readonly expiresAt: Date
      readonly tenantName: string
      readonly role: Role
    }
  | { readonly kind: 'password_reset'; readonly to: string; readonly code: string; readonly minutes: number }

interface Dependencies {
  readonly db: Database
  readonly audit: Audit
  readonly hashCredential: HashCredential
}

/**
 * Makes the code that a mail is to carry and keeps its hash, in place of one that was made before. Undefined where there is nothing
 * to send any more: an invitation that was accepted or revoked, a reset that nobody can use.
 */
export async function issueOneTimeMail(deps: Dependencies, job: MailJob): Promise<OneTimeMail | undefined> {
  return job.kind === 'invitation' ? issueInvitation(deps, job) : issueReset(deps, job)
}

async function issueInvitation({ db, hashCredential }: Dependencies, job: MailJob): Promise<OneTimeMail | undefined> {
  const code = newCode()
  return withTenant(db, job.tenantId, async (tx) => {
    const row = await tx
      .updateTable('invitation')
      .set({ code_hash: hashCredential(code) })
      .where('tenant_id', '=', job.tenantId)
      .where('id', '=', job.subjectId)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', new Date())
      .returning(['email', 'role', 'expires_at'])
      .executeTakeFirst()
    if (row === undefined) return undefined
    const tenant = await tx.selectFrom('tenant').select('name').where('id', '=', job.tenantId).executeTakeFirstOrThrow()
    const { email: to, role, expires_at: expiresAt } = row
    return { kind: 'invitation' as const, to, code, expiresAt, role, tenantName: tenant.name }
  })
}

async function issueReset(deps: Dependencies, job: MailJob): Promise<OneTimeMail | undefined> {
  const code = newCode()
  return withTenant(deps.db, job.tenantId, async (tx) => {
    const recipient = await putResetCode(deps, tx, job.subjectId, code)
    if (recipient === undefined) return undefined
    const actor = systemActor(job.tenantId)
    await tellTenants(deps, tx, { actor, accountId: recipient.account_id, action: 'password_reset.send' })
    return { kind: 'password_reset' as const, to: recipient.email, code, minutes: resetCodeMinutes }
  })
}

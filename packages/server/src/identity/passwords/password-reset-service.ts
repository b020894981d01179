import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Actor, Audit, AuditEvent } from '../../audit/index.ts'
import { type Database, forTenant, type Transaction, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { type Caller, type HashCredential, newCode, normalizeCode } from '../../access/index.ts'
import { accountTenants, instanceTenant } from '../entry-functions.ts'
import { refuseCode, type Throttle } from '../guessing/throttle.ts'
import type { MailQueue } from '../mail-queue.ts'
import { lockAdmins } from '../members/admins.ts'
import { findMember } from '../members/member-service.ts'
import { refuseWeakPassword } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import { digestAddress } from '../sessions/password-sign-in.ts'
import type { Origin } from '../sessions/session-service.ts'

/** How long a code is good once it is made. */
export const resetCodeMinutes = 30

/** Dependencies of password resets. */
export interface ResetDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly passwords: Passwords
  readonly hashCredential: HashCredential
  readonly throttle: Throttle
  readonly mail?: MailQueue | undefined
}

/** Whom a code was made for. */
export interface ResetRecipient {
  readonly account_id: string
  readonly email: string
  readonly name: string
}

/**
 * Takes a wish for a new password from whoever knows an address. The steps are the same whether or not anybody has it: a row, an
 * event in the operators' trail, a mail to send; only when it is to be sent does it turn out that there is nobody.
 */
export async function requestPasswordReset(deps: ResetDependencies, email: string, origin: Origin): Promise<void> {
  const tenantId = await instanceTenant(deps.db)
  if (tenantId === undefined) return
  const id = newId()
  const actor = { tenantId, actorId: null, credential: 'none', ...origin }
  const details = { address: digestAddress(deps, email) }
  await withTenant(deps.db, tenantId, async (tx) => {
    await sql`select request_password_reset(${id}::uuid, ${email})`.execute(tx)
    await deps.mail?.queue(tx, { tenantId, kind: 'password_reset', subjectId: id })
    await deps.audit(tx, actor, { action: 'password_reset.request', resource: `password-reset/${id}`, details })
  })
}

/**
 * Makes a code for a member who can't get one by themselves. With mail it goes to them and no administrator sees it. An admin of one
 * tenant has no power over an account that belongs to others too: operators do that, and theirs gives the account back to its address:
 * once it is used, whatever else opened the account is gone.
 * @throws ProblemError `not_found`, `forbidden`
 */
export async function offerPasswordReset(
  deps: ResetDependencies,
  tx: Transaction,
  { caller, accountId, isMember }: { caller: Caller; accountId: string; isMember: boolean },
): Promise<{ code: string | null; expiresAt: string | null }> {
  const { principal, actor } = caller
  await lockAdmins(tx, caller)
  if (isMember) await findMember(tx, principal, accountId, 'person')
  const id = newId()
  const offered = sql<{ ok: boolean }>`select offer_password_reset(${id}::uuid, ${accountId}::uuid, ${!isMember}) as ok`
  if ((await offered.execute(tx)).rows[0]?.ok !== true) {
    if (!isMember) throw new ProblemError('not_found', { detail: 'there is no person of this id who may sign in' })
    throw new ProblemError('forbidden', { detail: 'this account is not yours alone to reset: ask an operator' })
  }
  const { tenantId } = principal
  if (deps.mail) await deps.mail.queue(tx, { tenantId, kind: 'password_reset', subjectId: id })
  const code = deps.mail ? null : newCode()
  if (code !== null) await putResetCode(deps, tx, id, code)
  await inTenantsOf(tx, { tenantId, accountId }, (to) =>
    deps.audit(tx, { ...actor, tenantId: to }, { action: 'password_reset.offer', resource: `account/${accountId}` }),
  )
  return { code, expiresAt: code === null ? null : new Date(Date.now() + resetCodeMinutes * 60_000).toISOString() }
}

/** Keeps a code's hash. Answers whom it is for, or undefined where the wish is nobody's, spent or a day old. */
export async function putResetCode(
  { hashCredential }: Pick<ResetDependencies, 'hashCredential'>,
  tx: Transaction,
  id: string,
  code: string,
): Promise<ResetRecipient | undefined> {
  const put = sql<ResetRecipient>`
    select * from put_reset_code(${id}::uuid, ${hashCredential(code)}, ${resetCodeMinutes * 60})`
  return (await put.execute(tx)).rows[0]
}

/**
 * Spends a code: the password is another, every session of the account ends, and each of its tenants learns it. Second factors
 * and API keys stay as they are, unless an operator offered it, and no session is opened: the person signs in as always.
 * @throws ProblemError `invalid_code`, `invalid_request`, `too_many_attempts`
 */
export async function completePasswordReset(
  deps: ResetDependencies,
  { code, password }: { code: string; password: string },
  origin: Origin,
): Promise<void> {
  const hash = deps.hashCredential(normalizeCode(code))
  const found = sql<ResetRecipient>`select * from find_password_reset(${hash})`
  const recipient = (await found.execute(deps.db)).rows[0]
  const tenantId = await instanceTenant(deps.db)
  if (recipient === undefined || tenantId === undefined) return refuseCode(deps, 'reset_code', origin)
  refuseWeakPassword(password, { known: [recipient.email, recipient.name] })
  const passwordHash = await deps.passwords.hash(password)
  await withTenant(deps.db, tenantId, async (tx) => {
    const take = sql<{ reset_account: string; removed: Record<string, number> | null }>`
      select * from take_password_reset(${hash}, ${passwordHash})`
    const taken = (await take.execute(tx)).rows[0]
    if (taken === undefined) throw new ProblemError('invalid_code')
    const { reset_account: accountId, removed } = taken
    await tellTenants(deps, tx, {
      actor: { tenantId, actorId: accountId, credential: 'reset_code', ...origin },
      accountId,
      action: 'password_reset.complete',
      details: removed === null ? {} : { removed },
    })
  })
}

/** Writes an event about an account's password into the trail of each of its tenants. */
export async function tellTenants(
  { audit }: Pick<ResetDependencies, 'audit'>,
  tx: Transaction,
  {
    actor,
    accountId,
    action,
    details = {},
  }: Pick<AuditEvent, 'action' | 'details'> & { actor: Actor; accountId: string },
): Promise<void> {
  await inTenantsOf(tx, { tenantId: actor.tenantId, accountId }, (to) =>
    audit(tx, { ...actor, tenantId: to }, { action, resource: `account/${accountId}`, details }),
  )
}

// The transaction's own tenant first: there the event is due also where the account belongs to none.
async function inTenantsOf(
  tx: Transaction,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  work: (to: string) => Promise<void>,
): Promise<void> {
  const others = (await accountTenants(tx, accountId)).filter(({ id }) => id !== tenantId)
  await work(tenantId)
  for (const { id: to } of others) await forTenant(tx, { from: tenantId, to }, () => work(to))
}

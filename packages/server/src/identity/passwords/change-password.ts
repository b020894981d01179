import { ProblemError } from '@afterai/contract'
import type { Actor, Audit } from '../../audit/index.ts'
import { type Database, forTenant, type Transaction, withTenant } from '../../platform/database.ts'
import { type Caller, refuseStaleProof, type TellRefusal } from '../../access/index.ts'
import {
  accountFactors,
  actAlone,
  actFor,
  endOwnApiKeys,
  hasSecondFactor,
  ownAccount,
  type OwnAccount,
  setOwnPassword,
} from '../account-credentials.ts'
import { accountTenants } from '../entry-functions.ts'
import { beginPasswordGuess } from '../guessing/password-guess.ts'
import type { Throttle } from '../guessing/throttle.ts'
import { endOtherSessions } from '../sessions/own-sessions.ts'
import { refuseWeakPassword, standsAlone } from './password-rules.ts'
import type { Passwords } from './passwords.ts'

/** Dependencies of changing a password. */
interface Dependencies {
  readonly db: Database
  readonly audit: Audit
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly tellRefusal: TellRefusal
}

/**
 * Changes the caller's password and ends all of their other sessions, wherever they are; their API keys too, if they wish so. Who
 * doesn't give the present password must have proved themselves within ten minutes.
 * @throws ProblemError `step_up_required`, `invalid_credentials`, `invalid_request`, `invalid_transition`,
 *   `too_many_attempts`
 */
export async function changePassword(
  deps: Dependencies,
  { principal, actor }: Caller,
  {
    currentPassword,
    newPassword,
    endApiKeys,
  }: { currentPassword?: string | undefined; newPassword: string; endApiKeys?: boolean | undefined },
): Promise<void> {
  const { tenantId, accountId } = principal
  if (currentPassword === undefined) await refuseStaleProof(deps.db, principal)
  const account = await withTenant(deps.db, tenantId, (tx) => readAccount(tx, accountId))
  if (account.password_hash === null)
    throw new ProblemError('invalid_transition', { detail: 'this account signs in without a password' })
  if (currentPassword !== undefined) await provePassword(deps, actor, { account, password: currentPassword })
  const known = [account.email ?? '', account.name, ...account.tenants.flatMap(({ slug, name }) => [slug, name])]
  refuseWeakPassword(newPassword, { known, hasSecondFactor: account.hasSecondFactor, pointer: '/newPassword' })
  const hash = await deps.passwords.hash(newPassword)
  await withTenant(deps.db, tenantId, async (tx) => {
    await actAlone(tx, accountId)
    await setOwnPassword(tx, { hash, standsAlone: standsAlone(newPassword) })
    if (!standsAlone(newPassword) && !hasSecondFactor(await accountFactors(tx, accountId)))
      throw new ProblemError('invalid_transition', { detail: 'the second factor was removed just now' })
    const sessionsEnded = await endOtherSessions(tx, { accountId, kept: principal.credentialId })
    const keys = endApiKeys === true ? await endOwnApiKeys(tx) : []
    const apiKeysEnded = keys.find((it) => it.tenantId === tenantId)?.ended ?? 0
    await deps.audit(tx, actor, { action: 'password.change', details: { sessionsEnded, apiKeysEnded } })
    // Another tenant learns of it where keys of its own have ended.
    for (const { tenantId: to, ended } of keys.filter((it) => it.tenantId !== tenantId)) {
      const details = { apiKeysEnded: ended }
      await forTenant(tx, { from: tenantId, to }, () =>
        deps.audit(tx, { ...actor, tenantId: to }, { action: 'password.change', details }),
      )
    }
  })
}

async function readAccount(tx: Transaction, accountId: string) {
  await actFor(tx, accountId)
  return {
    ...(await ownAccount(tx)),
    tenants: await accountTenants(tx, accountId),
    hasSecondFactor: hasSecondFactor(await accountFactors(tx, accountId)),
  }
}

// The same guesses as at the sign-in, so that a stolen session is no second door to try a password at.
async function provePassword(
  deps: Dependencies,
  actor: Actor,
  { account, password }: { account: OwnAccount; password: string },
): Promise<void> {
  const { db, audit, passwords } = deps
  const { email } = account
  const concerns = async () => ({ actor })
  const attempt = { email, address: actor.address, action: 'password.change', concerns } as const
  const guess = await beginPasswordGuess(deps, attempt)
  if (await passwords.verify(account.password_hash ?? undefined, password)) return guess.succeeded()
  await withTenant(db, actor.tenantId, (tx) => audit(tx, actor, { action: 'password.change', outcome: 'failed' }))
  throw new ProblemError('invalid_credentials', { detail: 'the current password is wrong' })
}

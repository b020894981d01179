import { ProblemError } from '@afterai/contract'
import type { Audit } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import type { Caller, HashCredential } from '../../access/index.ts'
import {
  accountFactors,
  actAlone,
  actFor,
  hasFederatedIdentity,
  hasSecondFactor,
  ownAccount,
} from '../account-credentials.ts'
import { listPasskeys, removePasskey } from '../passkeys/passkey-service.ts'
import { replaceRecoveryCodes } from './recovery-codes.ts'
import { enrolTotp, type ProofOutcome, proveTotp, type SecretBox } from './totp.ts'

/** Dependencies of a person's own factors. */
export interface OwnFactorDependencies {
  readonly audit: Audit
  readonly hashCredential: HashCredential
  readonly secretBox: SecretBox
}

/** Lists the factors that the caller can prove themselves with. */
export async function listFactors(tx: Transaction, { principal: { accountId } }: Caller) {
  await actFor(tx, accountId)
  const { password_hash } = await ownAccount(tx)
  const totp = await tx.selectFrom('totp').select('confirmed_at').where('account_id', '=', accountId).executeTakeFirst()
  const confirmedAt = totp?.confirmed_at?.toISOString()
  return {
    password: password_hash !== null,
    totp: confirmedAt === undefined ? null : { confirmedAt },
    recoveryCodesLeft: (await accountFactors(tx, accountId)).recovery_codes,
    passkeys: await listPasskeys(tx, accountId),
  }
}

/** Begins to enrol an authenticator app; it counts once a code of it has come. @throws ProblemError `conflict` */
export async function beginTotp(deps: OwnFactorDependencies, tx: Transaction, { principal, actor }: Caller) {
  const { accountId } = principal
  await actFor(tx, accountId)
  const { email, name } = await ownAccount(tx)
  const enrolment = await enrolTotp(deps.secretBox, tx, { accountId, label: email ?? name })
  await deps.audit(tx, actor, { action: 'totp.enrol' })
  return enrolment
}

/** Confirms the app with a code of it; new recovery codes come with it, in place of any old ones. A wrong code is an outcome, so that it is counted. */
export async function confirmTotp(
  deps: OwnFactorDependencies,
  tx: Transaction,
  { caller: { principal, actor }, code }: { caller: Caller; code: string },
): Promise<(ProofOutcome & { right: false }) | { right: true; recoveryCodes: string[] }> {
  const { accountId } = principal
  await actAlone(tx, accountId)
  const outcome = await proveTotp(deps.secretBox, tx, { accountId, code, state: 'enrolling' })
  if (!outcome.right) {
    await deps.audit(tx, actor, { action: 'totp.confirm', outcome: 'failed' })
    return outcome
  }
  await deps.audit(tx, actor, { action: 'totp.confirm' })
  return { right: true, recoveryCodes: await replaceRecoveryCodes(deps.hashCredential, tx, accountId) }
}

/** Removes the authenticator app. @throws ProblemError `not_found`, `invalid_transition` when the password is too short to be alone */
export async function removeTotp(
  deps: OwnFactorDependencies,
  tx: Transaction,
  { principal, actor }: Caller,
): Promise<void> {
  const { accountId } = principal
  await actAlone(tx, accountId)
  const removed = await tx.deleteFrom('totp').where('account_id', '=', accountId).executeTakeFirst()
  if (removed.numDeletedRows !== 1n) throw new ProblemError('not_found')
  await settleRemoval(tx, accountId)
  await deps.audit(tx, actor, { action: 'totp.remove' })
}

/** Removes a passkey. @throws ProblemError `not_found`, `invalid_transition` when what is left can't sign in, or is too short to be alone */
export async function removeOwnPasskey(
  deps: OwnFactorDependencies,
  tx: Transaction,
  { caller, id }: { caller: Caller; id: string },
): Promise<void> {
  const { accountId } = caller.principal
  await actAlone(tx, accountId)
  await removePasskey(deps.audit, tx, { caller, id })
  const { passkeys } = await accountFactors(tx, accountId)
  if (passkeys === 0 && (await ownAccount(tx)).password_hash === null && !(await hasFederatedIdentity(tx, accountId))) {
    throw new ProblemError('invalid_transition', { detail: 'this is the only way that you can sign in' })
  }
  await settleRemoval(tx, accountId)
}

// Without a factor, recovery codes stand in for nothing, and a short password would be alone.
async function settleRemoval(tx: Transaction, accountId: string): Promise<void> {
  if (hasSecondFactor(await accountFactors(tx, accountId))) return
  const { password_hash, password_stands_alone } = await ownAccount(tx)
  if (password_hash !== null && !password_stands_alone) {
    throw new ProblemError('invalid_transition', {
      detail: 'your password is too short to be alone: change it to one of 15 characters first',
    })
  }
  await tx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
}

/** Makes ten new recovery codes; the old ones are void. @throws ProblemError `invalid_transition` without a second factor */
export async function renewRecoveryCodes(
  deps: OwnFactorDependencies,
  tx: Transaction,
  { principal, actor }: Caller,
): Promise<string[]> {
  const { accountId } = principal
  if (!hasSecondFactor(await accountFactors(tx, accountId))) {
    throw new ProblemError('invalid_transition', {
      detail: 'there is no second factor that a recovery code could stand in for',
    })
  }
  await deps.audit(tx, actor, { action: 'recovery_codes.renew' })
  return replaceRecoveryCodes(deps.hashCredential, tx, accountId)
}

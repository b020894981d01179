import { ProblemError, type PasskeyAttestation } from '@afterai/contract'
import type { Selectable } from 'kysely'
import type { Actor, Audit } from '../../audit/index.ts'
import { type Tables, type Transaction, isUniqueViolation } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Caller } from '../../access/index.ts'
import { actAlone, actFor } from '../account-credentials.ts'
import type { ProofOutcome } from '../second-factor/totp.ts'
import type { checkAttestation, KnownPasskey, VerifiedPasskey } from './passkey-ceremony.ts'

const mostPasskeys = 20

type Checked = NonNullable<Awaited<ReturnType<typeof checkAttestation>>>

/** An account's passkeys as a browser must know them. */
export async function knownPasskeys(tx: Transaction, accountId: string): Promise<KnownPasskey[]> {
  await actFor(tx, accountId)
  return tx.selectFrom('passkey').select(['credential_id', 'transports']).where('account_id', '=', accountId).execute()
}

/** An account's passkeys as their owner sees them, oldest first. */
export async function listPasskeys(tx: Transaction, accountId: string) {
  await actFor(tx, accountId)
  const rows = await tx
    .selectFrom('passkey')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute()
  return rows.map(toView)
}

/** Keeps a new passkey. @throws ProblemError `conflict` when it is kept already, or there are twenty */
export async function addPasskey(
  audit: Audit,
  tx: Transaction,
  {
    caller,
    name,
    checked,
    transports,
  }: {
    caller: Caller
    name: string
    checked: Checked
    transports: PasskeyAttestation['response']['transports']
  },
) {
  const { accountId } = caller.principal
  await actAlone(tx, accountId)
  if ((await knownPasskeys(tx, accountId)).length >= mostPasskeys) {
    throw new ProblemError('conflict', { detail: `an account has ${mostPasskeys} passkeys at most` })
  }
  const row = await tx
    .insertInto('passkey')
    .values({
      id: newId(),
      account_id: accountId,
      credential_id: checked.credentialId,
      public_key: checked.publicKey,
      sign_count: checked.signCount,
      synced: checked.synced,
      transports: [...(transports ?? [])],
      name,
      last_used_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new ProblemError('conflict', { detail: 'this passkey is kept already' })
      throw error
    })
  await audit(tx, caller.actor, {
    action: 'passkey.add',
    resource: `passkey/${row.id}`,
    details: { synced: row.synced },
  })
  return toView(row)
}

/** Renames a passkey of the caller. @throws ProblemError `not_found` */
export async function renamePasskey(
  audit: Audit,
  tx: Transaction,
  { caller, id, name }: { caller: Caller; id: string; name: string },
) {
  await actFor(tx, caller.principal.accountId)
  const row = await tx.updateTable('passkey').set({ name }).where('id', '=', id).returningAll().executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found')
  await audit(tx, caller.actor, { action: 'passkey.rename', resource: `passkey/${id}` })
  return toView(row)
}

/** Removes a passkey of the caller. @throws ProblemError `not_found` */
export async function removePasskey(
  audit: Audit,
  tx: Transaction,
  { caller, id }: { caller: Caller; id: string },
): Promise<void> {
  await actFor(tx, caller.principal.accountId)
  const removed = await tx.deleteFrom('passkey').where('id', '=', id).executeTakeFirst()
  if (removed.numDeletedRows !== 1n) throw new ProblemError('not_found')
  await audit(tx, caller.actor, { action: 'passkey.remove', resource: `passkey/${id}` })
}

/**
 * Takes note that a passkey was used. A counter that doesn't go up means that somebody has a copy of the authenticator
 * (Web Authentication Level 3, §6.1.1): refused, with an event of its own. Authenticators without a counter always say 0.
 */
export async function usePasskey(
  audit: Audit,
  tx: Transaction,
  { actor, verified }: { actor: Actor; verified: VerifiedPasskey },
): Promise<ProofOutcome> {
  await actFor(tx, verified.accountId)
  const used = await tx
    .updateTable('passkey')
    .set({ sign_count: verified.signCount, synced: verified.synced, last_used_at: new Date() })
    .where('id', '=', verified.id)
    .where((it) =>
      it.or([
        it('sign_count', '<', verified.signCount),
        it.and([it('sign_count', '=', 0), it.lit(verified.signCount === 0)]),
      ]),
    )
    .executeTakeFirst()
  if (used.numUpdatedRows === 1n) return { right: true }
  await audit(tx, actor, { action: 'passkey.count_regressed', outcome: 'failed', resource: `passkey/${verified.id}` })
  return { right: false, problem: new ProblemError('invalid_second_factor') }
}

function toView(row: Selectable<Tables['passkey']>) {
  const { id, name, synced } = row
  return {
    id,
    name,
    synced,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}

import type { Transaction } from '../../platform/database.ts'
import { actAlone, actFor } from '../account-credentials.ts'
import { type HashCredential, newCode, normalizeCode } from '../../access/index.ts'

const codes = 10

/** Replaces an account's recovery codes by ten new ones of 98 random bits each. They are in the answer and nowhere else. */
export async function replaceRecoveryCodes(
  hashCredential: HashCredential,
  tx: Transaction,
  accountId: string,
): Promise<string[]> {
  await actAlone(tx, accountId)
  const made = Array.from({ length: codes }, newCode)
  await tx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
  await tx
    .insertInto('recovery_code')
    .values(made.map((code) => ({ account_id: accountId, code_hash: hashCredential(code), used_at: null })))
    .execute()
  return made
}

/** Spends a code. Of two requests with one code, the second gets false. */
export async function spendRecoveryCode(
  hashCredential: HashCredential,
  tx: Transaction,
  { accountId, code }: { accountId: string; code: string },
): Promise<boolean> {
  await actFor(tx, accountId)
  const spent = await tx
    .updateTable('recovery_code')
    .set({ used_at: new Date() })
    .where('account_id', '=', accountId)
    .where('code_hash', '=', hashCredential(normalizeCode(code)))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return spent.numUpdatedRows === 1n
}

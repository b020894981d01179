import { type Preferences, usualPreferences } from '@afterai/contract'
import type { Caller, Principal } from '../access/index.ts'
import type { Audit } from '../audit/index.ts'
import { json, type Transaction } from '../platform/database.ts'

/** Reads how pages look to a member: what they set, and what everybody begins with where an earlier release knew less. */
export async function readPreferences(
  tx: Transaction,
  { tenantId, accountId }: Pick<Principal, 'tenantId' | 'accountId'>,
): Promise<Preferences> {
  const kept = await tx
    .selectFrom('member_preference')
    .select('preferences')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return { ...usualPreferences, ...kept?.preferences }
}

/** Sets them, as a whole. */
export async function setPreferences(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  wanted: Preferences,
): Promise<Preferences> {
  const { tenantId, accountId } = principal
  const preferences = json({ ...wanted, notesSeen: [...new Set(wanted.notesSeen)] })
  await tx
    .insertInto('member_preference')
    .values({ tenant_id: tenantId, account_id: accountId, preferences })
    .onConflict((other) => other.columns(['tenant_id', 'account_id']).doUpdateSet({ preferences }))
    .execute()
  await audit(tx, actor, { action: 'preferences.set', resource: `preferences/${accountId}` })
  return readPreferences(tx, principal)
}

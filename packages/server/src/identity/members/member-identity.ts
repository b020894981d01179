import type { Transaction } from '../../platform/database.ts'

/** What a member goes by at this moment. */
export interface MemberIdentity {
  readonly name: string
  /** A service account has none. */
  readonly email: string | null
}

/** The name and address of a member; undefined once they have left. */
export function readMemberIdentity(
  tx: Transaction,
  tenantId: string,
  accountId: string,
): Promise<MemberIdentity | undefined> {
  return tx
    .selectFrom('membership')
    .select(['name', 'email'])
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}

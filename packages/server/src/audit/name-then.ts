import { type RawBuilder, sql } from 'kysely'

/** An account in a tenant, and the name that it goes by elsewhere where it is no member: an operator in another tenant. */
export interface NamedAccount {
  readonly tenantId: string
  readonly accountId: string | null
  readonly name?: string | undefined
}

/** The name of an account as it is at this moment, read by the statement that writes a row: nobody who writes one can forget it. */
export function nameThen({ tenantId, accountId, name }: NamedAccount): RawBuilder<string | null> {
  return sql<
    string | null
  >`coalesce((select name from membership where tenant_id = ${tenantId} and account_id = ${accountId}), ${name ?? null}::text)`
}

/** The address of an account as it is at this moment; null for machines, and for who is no member. */
export function emailThen({ tenantId, accountId }: NamedAccount): RawBuilder<string | null> {
  return sql<string | null>`(select email from membership where tenant_id = ${tenantId} and account_id = ${accountId})`
}

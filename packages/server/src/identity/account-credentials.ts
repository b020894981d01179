import { sql } from 'kysely'
import type { Database, Transaction } from '../platform/database.ts'

// Credentials belong to an account, not to a tenant. Row level security shows a transaction those of the account it acts for
// (migrations/0011_credentials.sql, ADR 0008).

/** Lets the transaction see and change the credentials of this account, and of no other. */
export async function actFor(tx: Transaction, accountId: string): Promise<void> {
  await sql`select set_config('app.account', ${accountId}, true)`.execute(tx)
}

/**
 * Acts for an account, after whoever changes its credentials at the moment: what depends on each other is changed in turns. Whatever
 * changes a credential begins with it, since the change withdraws the account's recoveries under the same lock
 * (migrations/0043_withdrawn_recoveries.sql).
 */
export async function actAlone(tx: Transaction, accountId: string): Promise<void> {
  await actFor(tx, accountId)
  await sql`select lock_own_account()`.execute(tx)
}

/** Factors that an account can prove itself with, besides its password. */
export interface Factors {
  readonly totp: boolean
  readonly passkeys: number
  readonly recovery_codes: number
}

/** The second factors of an account, asked before a tenant is known. */
export async function accountFactors(db: Database | Transaction, accountId: string): Promise<Factors> {
  const { rows } = await sql<Factors>`select * from account_factors(${accountId})`.execute(db)
  return rows[0] ?? { totp: false, passkeys: 0, recovery_codes: 0 }
}

/** Whether a password alone doesn't sign this account in. Recovery codes stand in for a factor; they are none. */
export function hasSecondFactor({ totp, passkeys }: Pick<Factors, 'totp' | 'passkeys'>): boolean {
  return totp || passkeys > 0
}

/** Whether a tenant's identity provider could sign this account in. */
export async function hasFederatedIdentity(tx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await sql<{ ok: boolean }>`select has_federated_identity(${accountId}::uuid) as ok`.execute(tx)
  return rows[0]?.ok === true
}

/** The account that a transaction acts for. */
export interface OwnAccount {
  readonly email: string | null
  readonly name: string
  readonly password_hash: string | null
  readonly password_stands_alone: boolean
}

/** Reads it, after `actFor`. */
export async function ownAccount(tx: Transaction): Promise<OwnAccount> {
  const { rows } = await sql<OwnAccount>`select * from own_account()`.execute(tx)
  if (rows[0] === undefined) throw new Error('the transaction acts for no account')
  return rows[0]
}

/** Revokes its API keys in each of its tenants. Answers how many were revoked in which. */
export async function endOwnApiKeys(tx: Transaction): Promise<{ tenantId: string; ended: number }[]> {
  const { rows } = await sql<{ tenant_id: string; ended: number }>`select * from end_own_api_keys()`.execute(tx)
  return rows.map(({ tenant_id: tenantId, ended }) => ({ tenantId, ended }))
}

/** Replaces its password. `standsAlone`: it is long enough to be the only factor. */
export async function setOwnPassword(tx: Transaction, password: { hash: string; standsAlone: boolean }): Promise<void> {
  await sql`select set_own_password(${password.hash}, ${password.standsAlone})`.execute(tx)
}

import type { Role, TenantView } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Database, Transaction } from '../platform/database.ts'

// The questions that are asked before a tenant is known. Each is a function of the database that runs as the tables' owner,
// takes an exact key, and answers for that key alone (migrations/0001_identity.sql).

/** The session of a refresh handle. `reused`: the handle was spent before. */
export async function findRefresh(
  db: Database,
  hash: Uint8Array,
): Promise<{ tenant_id: string; session_id: string; reused: boolean } | undefined> {
  const found = sql<{ tenant_id: string; session_id: string; reused: boolean }>`select * from find_refresh(${hash})`
  return (await found.execute(db)).rows[0]
}

/** An account, as whoever signs in with its address is held against it. */
export interface FoundAccount {
  account_id: string
  password_hash: string
  name: string
}

/** The account of an e-mail address. */
export async function findAccount(db: Database, email: string): Promise<FoundAccount | undefined> {
  return (await sql<FoundAccount>`select * from find_account(${email})`.execute(db)).rows[0]
}

/** The tenants in which an account isn't disabled, its own before the sample and the operators'. */
export async function accountTenants(db: Database | Transaction, accountId: string): Promise<TenantView[]> {
  const { rows } = await db.executeQuery(selectAccountTenants(db, accountId))
  return rows.map(toTenantView)
}

type AccountTenant = Omit<TenantView, 'id'> & { readonly tenant_id: string }

/** The statement of `accountTenants`, for those who send it with others. */
export function selectAccountTenants(db: Database | Transaction, accountId: string): CompiledQuery<AccountTenant> {
  return sql<AccountTenant>`select * from account_tenants(${accountId})`.compile(db)
}

/** A row of it as it is shown. */
export function toTenantView({ tenant_id, ...tenant }: AccountTenant): TenantView {
  return { id: tenant_id, ...tenant }
}

/** An open invitation, and whether its tenant is suspended. */
export interface FoundInvitation {
  tenant_id: string
  id: string
  email: string
  role: Role
  suspended: boolean
}

/** The open invitation of a code. */
export async function findInvitation(db: Database, hash: Uint8Array): Promise<FoundInvitation | undefined> {
  return (await sql<FoundInvitation>`select * from find_invitation(${hash})`.execute(db)).rows[0]
}

/** Whether this is the instance's set-up code, and nobody used it yet. */
export async function isSetupCode(db: Database, hash: Uint8Array): Promise<boolean> {
  return (await sql<{ ok: boolean }>`select is_setup_code(${hash}) as ok`.execute(db)).rows[0]?.ok === true
}

/** Creates an account. False when the e-mail address has one. */
export async function createAccount(
  tx: Transaction,
  account: { id: string; kind: 'person' | 'service'; email: string | null; name: string; passwordHash: string | null },
): Promise<boolean> {
  const { id, kind, email, name, passwordHash } = account
  const created = sql<{ ok: boolean }>`select create_account(${id}, ${kind}, ${email}, ${name}, ${passwordHash}) as ok`
  return (await created.execute(tx)).rows[0]?.ok === true
}

/** The state of the instance: how many tenants there are, whether its set-up code is unspent, and the sample tenant. */
export interface InstanceState {
  tenants: number
  setup_open: boolean
  sample_tenant: string | null
}

/** The state of the instance, whoever asks. */
export async function instanceState(db: Database | Transaction): Promise<InstanceState> {
  const { rows } = await sql<InstanceState>`select * from instance_state()`.execute(db)
  return rows[0] ?? { tenants: 0, setup_open: false, sample_tenant: null }
}

/** Replaces the instance's set-up code, unless one has been spent. */
export async function putSetupCode(db: Database, hash: Uint8Array): Promise<void> {
  await sql`select put_setup_code(${hash})`.execute(db)
}

/** Spends the set-up code. False when it is another one, spent, or older than seven days. */
export async function takeSetupCode(tx: Transaction, hash: Uint8Array): Promise<boolean> {
  return (await sql<{ ok: boolean }>`select take_setup_code(${hash}) as ok`.execute(tx)).rows[0]?.ok === true
}

/** Lets an account into the sample tenant as an admin, where there is one. */
export async function joinSampleTenant(
  tx: Transaction,
  { accountId, name, email }: { accountId: string; name: string; email: string },
): Promise<void> {
  await sql`select join_sample_tenant(${accountId}, ${name}, ${email})`.execute(tx)
}

/** The operators' tenant, once it is made. */
export async function instanceTenant(db: Database | Transaction): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`select instance_tenant() as id`.execute(db)
  return rows[0]?.id ?? undefined
}

/** Makes an account the first operator. Answers the operators' tenant, or undefined where it has somebody already. */
export async function joinInstanceTenant(
  tx: Transaction,
  { accountId, name, email }: { accountId: string; name: string; email: string },
): Promise<string | undefined> {
  const joined = sql<{ id: string | null }>`select join_instance_tenant(${accountId}, ${name}, ${email}) as id`
  return (await joined.execute(tx)).rows[0]?.id ?? undefined
}

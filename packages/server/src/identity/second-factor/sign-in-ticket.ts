import type { SecondFactorChallenge, SecondFactorMethod } from '@afterai/contract'
import { sql } from 'kysely'
import type { Actor, Audit } from '../../audit/index.ts'
import { type Database, type Transaction, withTenant } from '../../platform/database.ts'
import type { Factors } from '../account-credentials.ts'
import { type HashCredential, newSignInTicket } from '../../access/index.ts'

/** As long as the database keeps a ticket (migrations/0011_credentials.sql). */
const lifetimeMs = 5 * 60_000

/** A sign-in whose password was right: of whom, where, and by which invitation, if by one. */
export interface FoundTicket {
  readonly tenant_id: string
  readonly account_id: string
  readonly invitation_id: string | null
}

/** Asks for the second factor: a ticket that only who gave the right password holds. */
export async function askSecondFactor(
  deps: { readonly db: Database; readonly audit: Audit; readonly hashCredential: HashCredential },
  {
    actor,
    factors,
    invitationId = null,
  }: { actor: Actor & { actorId: string }; factors: Factors; invitationId?: string | null },
): Promise<SecondFactorChallenge> {
  const ticket = newSignInTicket()
  const expiresAt = new Date(Date.now() + lifetimeMs).toISOString()
  const { tenantId, actorId } = actor
  await withTenant(deps.db, tenantId, async (tx) => {
    await sql`select put_sign_in_ticket(${deps.hashCredential(ticket)}, ${tenantId}, ${actorId}, ${invitationId})`.execute(
      tx,
    )
    await deps.audit(tx, actor, { action: 'session.ask_second_factor' })
  })
  return { ticket, methods: methodsOf(factors), expiresAt }
}

function methodsOf({ totp, passkeys, recovery_codes }: Factors): SecondFactorMethod[] {
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(recovery_codes > 0 ? (['recovery_code'] as const) : []),
  ]
}

/** Counts a try on a ticket, before it is checked. Undefined when it is unknown, expired, spent or was tried five times. */
export async function tryTicket(db: Database, hash: Uint8Array): Promise<FoundTicket | undefined> {
  return (await sql<FoundTicket>`select * from try_sign_in_ticket(${hash})`.execute(db)).rows[0]
}

/** Whose ticket it is, without counting a try. */
export async function findTicket(db: Database, hash: Uint8Array): Promise<FoundTicket | undefined> {
  return (await sql<FoundTicket>`select * from find_sign_in_ticket(${hash})`.execute(db)).rows[0]
}

/** Spends a ticket. Of two right answers at once, the second gets false. */
export async function spendTicket(tx: Transaction, hash: Uint8Array): Promise<boolean> {
  return (await sql<{ ok: boolean }>`select spend_sign_in_ticket(${hash}) as ok`.execute(tx)).rows[0]?.ok === true
}

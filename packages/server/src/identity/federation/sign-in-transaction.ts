import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Database, Transaction } from '../../platform/database.ts'
import type { HashCredential } from '../../access/index.ts'

/** How long a person may take at the provider. */
export const transactionLifetimeMs = 10 * 60_000

/** Secrets that tie a sign-in to the browser that began it. None of them is kept but as a keyed hash. */
export interface SignInSecrets {
  readonly state: string
  readonly nonce: string
  /** PKCE's verifier: 256 bits in base64url, 43 characters (RFC 7636 §4.1). */
  readonly verifier: string
}

const browserPattern = /^[A-Za-z0-9_-]{43}$/

/** A browser's secret: the one that it has, if it is one, so that sign-ins in two tabs don't end each other; else a new one. */
export function browserSecret(cookie: string | undefined): string {
  return cookie !== undefined && browserPattern.test(cookie) ? cookie : randomBytes(32).toString('base64url')
}

/** A new state for a browser, with what follows from both. */
export function newSecrets(hash: HashCredential, browser: string): SignInSecrets {
  return secretsOf(hash, { browser, state: randomBytes(32).toString('base64url') })
}

/** Nonce and verifier follow from browser and state under the server's key, so that nobody keeps them. */
export function secretsOf(hash: HashCredential, { browser, state }: { browser: string; state: string }): SignInSecrets {
  const derive = (purpose: string): string =>
    Buffer.from(hash(`oidc ${purpose}\n${state}\n${browser}`)).toString('base64url')
  return { state, nonce: derive('nonce'), verifier: derive('verifier') }
}

const stateHash = (hash: HashCredential, state: string): Uint8Array => hash(`oidc state\n${state}`)
const browserHash = (hash: HashCredential, browser: string): Uint8Array => hash(`oidc browser\n${browser}`)

/** Keeps a sign-in under way, and forgets the tenant's that have expired. */
export async function putTransaction(
  tx: Transaction,
  hash: HashCredential,
  it: {
    tenantId: string
    providerId: string
    state: string
    browser: string
    returnTo: string
    deviceHash: Uint8Array | null
  },
): Promise<void> {
  const now = new Date()
  await tx.deleteFrom('oidc_transaction').where('tenant_id', '=', it.tenantId).where('expires_at', '<', now).execute()
  await tx
    .insertInto('oidc_transaction')
    .values({
      tenant_id: it.tenantId,
      state_hash: stateHash(hash, it.state),
      browser_hash: browserHash(hash, it.browser),
      provider_id: it.providerId,
      return_to: it.returnTo,
      device_hash: it.deviceHash,
      expires_at: new Date(now.getTime() + transactionLifetimeMs),
    })
    .execute()
}

/** A sign-in under way. */
export interface SignInTransaction {
  readonly tenantId: string
  readonly slug: string
  readonly providerId: string
  readonly returnTo: string
  readonly deviceHash: Uint8Array | null
}

/** Spends a sign-in under way. Undefined when it is unknown, another browser's, spent or expired. */
export async function takeTransaction(
  db: Database,
  hash: HashCredential,
  { state, browser }: { state: string; browser: string },
): Promise<SignInTransaction | undefined> {
  const taken = sql<{
    tenant_id: string
    slug: string
    provider_id: string
    return_to: string
    device_hash: Uint8Array | null
  }>`
    select * from take_oidc_transaction(${stateHash(hash, state)}, ${browserHash(hash, browser)})`
  const [row] = (await taken.execute(db)).rows
  if (row === undefined) return undefined
  const { tenant_id: tenantId, slug, provider_id: providerId, return_to: returnTo, device_hash: deviceHash } = row
  return { tenantId, slug, providerId, returnTo, deviceHash }
}

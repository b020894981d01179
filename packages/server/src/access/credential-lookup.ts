import type { Permission } from '@afterai/contract'
import type { Pool } from 'pg'
import type { Principal } from './principal.ts'
import { sharedQuestion } from './shared-question.ts'

/** Why the database wouldn't let a credential in. `disabled` is its owner, `suspended` its tenant. */
export type CredentialRefusal = 'revoked' | 'expired' | 'disabled' | 'suspended'

/** Whose a credential is, whether it still lets anybody in or not. */
export interface FoundCredential extends Pick<
  Principal,
  'tenantId' | 'tenantKind' | 'accountId' | 'name' | 'kind' | 'role'
> {
  readonly refusal: CredentialRefusal | null
}

/** Times are RFC 3339. */
export interface FoundSession extends FoundCredential {
  readonly usedAt: string
  readonly expiresAt: string
}

/** `usedAt` is an RFC 3339 time, or null for a key that was never used. */
export interface FoundApiKey extends FoundCredential {
  readonly id: string
  readonly scopes: readonly Permission[]
  readonly usedAt: string | null
}

/** Finds credentials before a tenant is known. */
export interface CredentialLookup {
  session(id: string): Promise<FoundSession | undefined>
  apiKey(hash: Uint8Array): Promise<FoundApiKey | undefined>
}

/**
 * Asks the database with each request, so that what is revoked is refused from the next one on. Both questions are prepared once a
 * connection and go past the query builder, which would cost as much again as the answer (`npm run bench -- authentication`).
 */
export function createCredentialLookup(pool: Pool): CredentialLookup {
  async function find<T>(name: string, text: string, value: unknown): Promise<T | undefined> {
    const { rows } = await pool.query<{ found: T | null }>({ name, text, values: [value] })
    return rows[0]?.found ?? undefined
  }
  const session = sharedQuestion((id) => find<FoundSession>('find_session', 'select find_session($1) as found', id))
  const apiKey = sharedQuestion((hash) =>
    find<FoundApiKey>('find_api_key', "select find_api_key(decode($1, 'hex')) as found", hash),
  )
  return {
    session,
    apiKey: (hash) => apiKey(Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('hex')),
  }
}

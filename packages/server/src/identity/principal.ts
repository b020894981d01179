import { type Permission, permissionsOf, ProblemError, type Role, unscoped } from '@afterai/contract'

/** Who makes a request, whatever the credential: cookie, Bearer token and API key all become one of these. */
export interface Principal {
  readonly tenantId: string
  readonly accountId: string
  readonly name: string
  readonly kind: 'person' | 'service'
  /** Read from the database on each request, so that a change takes effect at once. */
  readonly role: Role
  readonly credential: 'cookie' | 'bearer' | 'api_key'
  /** The session's or the API key's id. */
  readonly credentialId: string
  /** For API keys: what the key may do at most. Null for sessions. */
  readonly scopes: readonly Permission[] | null
}

/** What a principal may do: its role's permissions, and of those only the key's scopes (`unscoped` needs none). */
export function permissionsHeld({ role, scopes }: Pick<Principal, 'role' | 'scopes'>): Permission[] {
  return permissionsOf(role).filter(
    (permission) => scopes === null || permission === unscoped || scopes.includes(permission),
  )
}

/** The one decision of the access model. @throws ProblemError `forbidden` */
export function authorize(principal: Pick<Principal, 'role' | 'scopes'>, permission: Permission): void {
  if (permissionsHeld(principal).includes(permission)) return
  throw new ProblemError('forbidden', { permission, detail: `this needs the permission ${permission}` })
}

import {
  mayRole,
  type Permission,
  permissionsOf,
  ProblemError,
  type Role,
  type TenantKind,
  unscoped,
} from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../audit/index.ts'

/** Who makes a request, whatever the credential: cookie, Bearer token and API key all become one of these. */
export interface Principal {
  readonly tenantId: string
  readonly tenantKind: TenantKind
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

/** How the audit trail names a principal. */
export function actorOf(principal: Principal, request: FastifyRequest): Actor {
  return {
    tenantId: principal.tenantId,
    actorId: principal.accountId,
    credential: principal.credential,
    address: request.ip,
    requestId: request.id,
    name: principal.name,
    credentialId: principal.credentialId,
  }
}

/** The parts of a principal that a decision rests on. */
type Standing = Pick<Principal, 'role' | 'scopes' | 'tenantKind'>

/** Lists a principal's permissions: its role's in this kind of tenant, and of those only the key's scopes (`unscoped` needs none). */
export function permissionsHeld({ role, scopes, tenantKind }: Standing): Permission[] {
  return permissionsOf(role, tenantKind).filter((permission) => isWithin(scopes, permission))
}

function isWithin(scopes: Standing['scopes'], permission: Permission): boolean {
  return scopes === null || permission === unscoped || scopes.includes(permission)
}

/** The one decision of the access model. @throws ProblemError `forbidden` */
export function authorize(principal: Standing, permission: Permission): void {
  const { role, scopes, tenantKind } = principal
  if (isWithin(scopes, permission) && mayRole(role, tenantKind, permission)) return
  throw new ProblemError('forbidden', { permission, detail: `this needs the permission ${permission}` })
}

/** Nobody hands out more than they hold: a role is given by those alone who may do all that it may. @throws ProblemError `forbidden` */
export function refuseRoleBeyond(principal: Standing, role: Role): void {
  const held = permissionsHeld(principal)
  const beyond = permissionsOf(role, principal.tenantKind).find((permission) => !held.includes(permission))
  if (beyond === undefined) return
  throw new ProblemError('forbidden', { permission: beyond, detail: `${role} may do what you may not: ${beyond}` })
}

/** Whether somebody may see the address of an account: they are for admins and auditors, and one's own (ASVS 8.2.3). */
export function seesAddress({ accountId, role }: Pick<Principal, 'accountId' | 'role'>, whose: string): boolean {
  return role === 'admin' || role === 'auditor' || whose === accountId
}

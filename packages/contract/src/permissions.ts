/** Roles of a member of a tenant, widest first. */
export const roles = ['admin', 'approver', 'member', 'viewer', 'auditor'] as const
/** The role of a member. */
export type Role = (typeof roles)[number]

const everyone: readonly Role[] = roles
const readers: readonly Role[] = ['admin', 'approver', 'member', 'viewer', 'auditor']
const writers: readonly Role[] = ['admin', 'approver', 'member']

interface PermissionRule {
  readonly roles: readonly Role[]
  /** Whether an API key may do it: never, as one of its scopes, or always. Approval, for one, is a person's, in a session. */
  readonly keys: 'never' | 'scope' | 'always'
  /** The tenants that have a use for it: customers', the operators' one, which holds people and a trail and no systems, or both. */
  readonly tenants: 'customers' | 'operators' | 'both'
}

/** Each permission: the roles that hold it, whether keys may, and in which tenants. A route names one of these, or `public`. */
export const permissions = {
  'me:read': { roles: everyone, keys: 'always', tenants: 'both' },
  'session:own': { roles: everyone, keys: 'never', tenants: 'both' },
  'credential:own': { roles: everyone, keys: 'never', tenants: 'customers' },
  'member:read': { roles: readers, keys: 'scope', tenants: 'both' },
  'member:write': { roles: ['admin'], keys: 'never', tenants: 'both' },
  'identity-provider:read': { roles: ['admin'], keys: 'scope', tenants: 'customers' },
  'identity-provider:write': { roles: ['admin'], keys: 'never', tenants: 'customers' },
  'api-key:own': { roles: writers, keys: 'never', tenants: 'customers' },
  'system:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'system:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'observation:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'digest-key:read': { roles: writers, keys: 'scope', tenants: 'customers' },
  'telemetry:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'telemetry:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'change:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'change:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'evaluation:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'evaluation:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'assessment:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'assessment:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'decision:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'decision:write': { roles: writers, keys: 'scope', tenants: 'customers' },
  'decision:approve': { roles: ['admin', 'approver'], keys: 'never', tenants: 'customers' },
  'policy:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'policy:write': { roles: ['admin'], keys: 'never', tenants: 'customers' },
  'record:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'log:read': { roles: readers, keys: 'scope', tenants: 'customers' },
  'audit:read': { roles: ['admin', 'auditor'], keys: 'scope', tenants: 'both' },
  'audit-stream:read': { roles: ['admin', 'auditor'], keys: 'scope', tenants: 'customers' },
  'audit-stream:write': { roles: ['admin'], keys: 'never', tenants: 'customers' },
  'health:read': { roles: ['admin'], keys: 'never', tenants: 'both' },
  'tenant:write': { roles: ['admin'], keys: 'never', tenants: 'customers' },
  'tenant:operate': { roles: ['admin'], keys: 'never', tenants: 'operators' },
} as const satisfies Record<string, PermissionRule>

/** The name of a permission, for which a route may ask. */
export type Permission = keyof typeof permissions

/** All permissions, in the order of the table. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]]

/** Kinds of tenants, by their purpose: a customer's work, the sample of a first start, or operating the instance. */
export const tenantKinds = ['customer', 'sample', 'instance'] as const
/** The kind of a tenant. */
export type TenantKind = (typeof tenantKinds)[number]

/** Whether a tenant of a kind has a use for a permission. */
export function isPermissionOf(kind: TenantKind, permission: Permission): boolean {
  const { tenants } = permissions[permission]
  return tenants === 'both' || tenants === (kind === 'instance' ? 'operators' : 'customers')
}

/** Lists the permissions of a role in a tenant of a kind. */
export function permissionsOf(role: Role, kind: TenantKind = 'customer'): Permission[] {
  return permissionNames.filter((permission) => mayRole(role, kind, permission))
}

/** Whether a role may do one thing in a tenant of a kind. */
export function mayRole(role: Role, kind: TenantKind, permission: Permission): boolean {
  const { roles: holders }: PermissionRule = permissions[permission]
  return holders.includes(role) && isPermissionOf(kind, permission)
}

/** The permission that every valid credential has, whatever a key's scopes say: to ask who it is. */
export const unscoped: Permission = 'me:read'

/** Scopes that a key may carry: permissions that make sense for a machine. */
export const keyScopes = permissionNames.filter((permission) => permissions[permission].keys === 'scope') as [
  Permission,
  ...Permission[],
]

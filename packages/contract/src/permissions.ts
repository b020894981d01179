/** Roles of a member of a tenant, widest first. */
export const roles = ['admin', 'approver', 'member', 'viewer', 'auditor'] as const
export type Role = (typeof roles)[number]

const everyone: readonly Role[] = roles
const readers: readonly Role[] = ['admin', 'approver', 'member', 'viewer', 'auditor']
const writers: readonly Role[] = ['admin', 'approver', 'member']

/** Each permission, and the roles that hold it. A route names one of these, or `public`. */
export const permissions = {
  'me:read': everyone,
  'session:own': everyone,
  'credential:own': everyone,
  'member:read': readers,
  'member:write': ['admin'],
  'identity-provider:read': ['admin'],
  'identity-provider:write': ['admin'],
  'api-key:own': writers,
  'system:read': readers,
  'system:write': writers,
  'observation:write': writers,
  'digest-key:read': writers,
  'telemetry:read': readers,
  'telemetry:write': writers,
  'change:read': readers,
  'change:write': writers,
  'evaluation:read': readers,
  'evaluation:write': writers,
  'assessment:read': readers,
  'assessment:write': writers,
  'decision:read': readers,
  'decision:write': writers,
  'decision:approve': ['admin', 'approver'],
  'record:read': readers,
  'log:read': readers,
  'audit:read': ['admin', 'auditor'],
  'audit-stream:read': ['admin', 'auditor'],
  'audit-stream:write': ['admin'],
  'tenant:write': ['admin'],
  'tenant:operate': ['admin'],
} as const satisfies Record<string, readonly Role[]>

/** What a route may ask for. */
export type Permission = keyof typeof permissions

/** All permissions, in the order of the table. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]]

/** What a tenant is for: a customer's work, the sample of a first start, or operating the instance. */
export const tenantKinds = ['customer', 'sample', 'instance'] as const
export type TenantKind = (typeof tenantKinds)[number]

/** All that anybody may do in the operators' tenant, which holds people and a trail and no systems. */
const inInstance: readonly Permission[] = [
  'me:read',
  'session:own',
  'member:read',
  'member:write',
  'audit:read',
  'tenant:operate',
]

/** Whether a tenant of a kind has a use for a permission. */
export function isPermissionOf(kind: TenantKind, permission: Permission): boolean {
  return kind === 'instance' ? inInstance.includes(permission) : permission !== 'tenant:operate'
}

/** What a role may do in a tenant of a kind. */
export function permissionsOf(role: Role, kind: TenantKind = 'customer'): Permission[] {
  return permissionNames.filter((permission) => mayRole(role, kind, permission))
}

/** Whether a role may do one thing in a tenant of a kind. */
export function mayRole(role: Role, kind: TenantKind, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role) && isPermissionOf(kind, permission)
}

/** What every valid credential may do, whatever a key's scopes say: ask who it is. */
export const unscoped: Permission = 'me:read'

/** Scopes that a key may carry: permissions that make sense for a machine. Approval is a person's, in a session. */
export const keyScopes = permissionNames.filter(
  (permission) =>
    ![
      unscoped,
      'session:own',
      'credential:own',
      'identity-provider:write',
      'api-key:own',
      'decision:approve',
      'member:write',
      'audit-stream:write',
      'tenant:write',
      'tenant:operate',
    ].includes(permission),
) as [Permission, ...Permission[]]

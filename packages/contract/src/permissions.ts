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
  'member:read': readers,
  'member:write': ['admin'],
  'identity-provider:read': ['admin'],
  'identity-provider:write': ['admin'],
  'api-key:own': writers,
  'system:read': readers,
  'system:write': writers,
  'observation:write': writers,
  'digest-key:read': writers,
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
  'tenant:write': ['admin'],
} as const satisfies Record<string, readonly Role[]>

/** What a route may ask for. */
export type Permission = keyof typeof permissions

/** All permissions, in the order of the table. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]]

/** What a role may do. */
export function permissionsOf(role: Role): Permission[] {
  return permissionNames.filter((permission) => (permissions[permission] as readonly Role[]).includes(role))
}

/** What every valid credential may do, whatever a key's scopes say: ask who it is. */
export const unscoped: Permission = 'me:read'

/** Scopes that a key may carry: permissions that make sense for a machine. Approval is a person's, in a session. */
export const keyScopes = permissionNames.filter(
  (permission) =>
    ![
      unscoped,
      'session:own',
      'identity-provider:write',
      'api-key:own',
      'decision:approve',
      'member:write',
      'tenant:write',
    ].includes(permission),
) as [Permission, ...Permission[]]

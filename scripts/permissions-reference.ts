import {
  type Permission,
  permissionNames,
  permissions,
  type Role,
  roles,
  unscoped,
} from '../packages/contract/src/index.ts'
import { describeApi, type DescribedRoute } from '../packages/server/src/instance/api-description.ts'

/** `docs/reference/permissions.md`: who may do what, and which route asks for it. */
export async function permissionsReference(): Promise<string> {
  const { routes } = await describeApi()
  return `# Permissions

<!-- Made from packages/contract/src/permissions.ts and the server's routes by \`npm run generate\`; don't edit. -->

A session cookie, a Bearer token and an API key all become one principal, and one function decides. A session may do what its
member's role may, read anew on each request. An API key may do what both its scopes and its owner's role allow; \`${unscoped}\`
needs no scope. Permissions that are no scope are a person's, in a session.

The operators of an instance are the admins of a tenant of their own, in which only the permissions of the last column have a
use; \`tenant:operate\` is held there and nowhere else.

| Permission | ${roles.join(' | ')} | API key scope | in the operators' tenant |
| --- | ${roles.map(() => ':-:').join(' | ')} | :-: | :-: |
${permissionNames.map(permissionRow).join('\n')}

## Routes

A route without a permission stops the server from starting. \`public\` routes ask for no credential.

| Route | Permission |
| --- | --- |
${routes.map(routeRow).join('\n')}
`
}

function permissionRow(permission: Permission): string {
  const holds = (role: Role): string =>
    (permissions[permission].roles as readonly Role[]).includes(role) ? 'yes' : '–'
  const { keys, tenants } = permissions[permission]
  const byKeys = { never: '–', scope: 'yes', always: 'always' }[keys]
  const byOperators = { customers: '–', operators: 'only', both: 'yes' }[tenants]
  return `| \`${permission}\` | ${roles.map(holds).join(' | ')} | ${byKeys} | ${byOperators} |`
}

function routeRow({ method, path, permission }: DescribedRoute): string {
  return `| \`${method} ${path}\` | \`${permission}\` |`
}

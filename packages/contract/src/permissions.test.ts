import { expect, test } from 'vitest'
import { keyScopes, permissionNames, permissions, permissionsOf, roles } from './permissions.ts'

// Written out, and not taken from the table: what is added there stays a person's until somebody says here that a machine may do it.
const mayBeScopes = `
  member:read identity-provider:read system:read system:write observation:write digest-key:read telemetry:read telemetry:write
  change:read change:write evaluation:read evaluation:write assessment:read assessment:write decision:read decision:write
  policy:read record:read log:read audit:read audit-stream:read
`
const usedByOperators = 'me:read session:own member:read member:write health:read audit:read tenant:operate'

const words = (text: string): string[] => text.trim().split(/\s+/).toSorted()

test('P3.3: an API key may carry these scopes and no other', () => {
  expect(keyScopes.toSorted()).toEqual(words(mayBeScopes))
})

test('P3.3: whoever a key is of, it never approves, manages accounts, keys or tenants, nor sends the trail elsewhere', () => {
  const forPeople = permissionNames.filter((it) =>
    /approve|:own$|^tenant:|^(member|audit-stream|identity-provider):write$/.test(it),
  )
  expect(forPeople.length).toBe(9)
  for (const permission of forPeople) expect(permissions[permission].keys).toBe('never')
})

test('the operators’ tenant has a use for these, whatever the role', () => {
  expect(permissionsOf('admin', 'instance').toSorted()).toEqual(words(usedByOperators))
  for (const role of roles) {
    const held = permissionsOf(role, 'instance')
    expect(words(usedByOperators)).toEqual(expect.arrayContaining(held))
    expect(permissionsOf(role)).not.toContain('tenant:operate')
  }
})

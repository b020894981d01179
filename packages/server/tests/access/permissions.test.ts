import { readFileSync } from 'node:fs'
import { isPermissionOf, keyScopes, type Permission, permissions, type Role, roles } from '@afterai/contract'
import { pino } from 'pino'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DescribedRoute, describeRoutes } from '../../src/instance/api-description.ts'
import { createHttp } from '../../src/platform/http.ts'
import { type Answer, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let routes: readonly DescribedRoute[]

beforeAll(async () => {
  server = await startTestServer()
  routes = describeRoutes(server.http)
})
afterAll(() => server.stop())

/** A way to call, and which permissions it should carry: all of its role's, some, or none at all because it isn't valid. */
interface Credential {
  readonly headers: Readonly<Record<string, string>>
  readonly holds: 'role' | 'scopes' | 'nothing' | 'nobody' | 'suspended' | 'operator'
}

type Kind = (role: Role) => Promise<Credential>

const bearer = (token: string): Credential['headers'] => ({ authorization: `Bearer ${token}` })
const newPerson = (role: Role): Promise<Person> => server.addPerson(server.admin.tenant, role)

/** A key as the database holds it, whatever its owner may create: what counts is what it may do. */
async function keyOf(person: Pick<Person, 'accountId'>, scopes: readonly Permission[]): Promise<string> {
  const { key, id } = await server.addKey(server.admin, ['system:read'])
  await server.owner.query('update api_key set account_id = $1, scopes = $2 where id = $3', [
    person.accountId,
    scopes,
    id,
  ])
  return key
}

const kinds: Readonly<Record<string, Kind>> = {
  cookie: async (role) => {
    const { token } = await newPerson(role)
    return { headers: { cookie: `afterai_session=${token}`, 'sec-fetch-site': 'same-origin' }, holds: 'role' }
  },
  'Bearer token': async (role) => ({ headers: bearer((await newPerson(role)).token), holds: 'role' }),
  'API key with all scopes': async (role) => ({
    headers: bearer(await keyOf(await newPerson(role), keyScopes)),
    holds: 'scopes',
  }),
  'API key with no scope': async (role) => ({
    headers: bearer(await keyOf(await newPerson(role), [])),
    holds: 'nothing',
  }),
  'service account’s key with all scopes': async (role) => {
    const { accountId } = await server.expectOk<{ accountId: string }>({
      method: 'POST',
      path: '/v1/service-accounts',
      token: server.admin.token,
      body: { name: 'machine', role: 'viewer' },
    })
    await server.owner.query('update membership set role = $1 where account_id = $2', [role, accountId])
    return { headers: bearer(await keyOf({ accountId }, keyScopes)), holds: 'scopes' }
  },
  none: async () => ({ headers: {}, holds: 'nobody' }),
  'expired token': async (role) => {
    const { accountId } = await newPerson(role)
    const { rows } = await server.owner.query<{ id: string }>('select id from session where account_id = $1', [
      accountId,
    ])
    const token = await new SignJWT({ sid: rows[0]?.id })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'afterai-access+jwt' })
      .setSubject(accountId)
      .setIssuer('afterai')
      .setAudience('afterai-api')
      .setExpirationTime(Math.floor(Date.now() / 1000) - 5)
      .sign(server.keys.session.privateKey)
    return { headers: bearer(token), holds: 'nobody' }
  },
  'token of a revoked session': async (role) => {
    const { token } = await newPerson(role)
    await server.expectOk({ method: 'DELETE', path: '/v1/session', token })
    return { headers: bearer(token), holds: 'nobody' }
  },
  'revoked API key': async (role) => {
    const key = await keyOf(await newPerson(role), keyScopes)
    await server.owner.query('update api_key set revoked_at = now() where prefix = $1 and scopes = $2', [
      key.slice(0, 14),
      keyScopes,
    ])
    return { headers: bearer(key), holds: 'nobody' }
  },
  'expired API key': async (role) => {
    const person = await newPerson(role)
    const key = await keyOf(person, keyScopes)
    await server.owner.query('update api_key set expires_at = now() where account_id = $1', [person.accountId])
    return { headers: bearer(key), holds: 'nobody' }
  },
  'token of a disabled account': async (role) => {
    const { token, accountId } = await newPerson(role)
    await server.owner.query('update account set disabled_at = now() where id = $1', [accountId])
    return { headers: bearer(token), holds: 'nobody' }
  },
  'API key of a disabled account': async (role) => {
    const person = await newPerson(role)
    const key = await keyOf(person, keyScopes)
    await server.owner.query('update account set disabled_at = now() where id = $1', [person.accountId])
    return { headers: bearer(key), holds: 'nobody' }
  },
  'token of a removed member': async (role) => {
    const { token, accountId } = await newPerson(role)
    await server.owner.query('delete from membership where account_id = $1', [accountId])
    return { headers: bearer(token), holds: 'nobody' }
  },
  'API key of a removed member': async (role) => {
    const person = await newPerson(role)
    const key = await keyOf(person, keyScopes)
    await server.owner.query('delete from membership where account_id = $1', [person.accountId])
    return { headers: bearer(key), holds: 'nobody' }
  },
  'token of a disabled member': async (role) => {
    const { token, accountId } = await newPerson(role)
    await server.owner.query('update membership set disabled_at = now() where account_id = $1', [accountId])
    return { headers: bearer(token), holds: 'nobody' }
  },
  'API key of a disabled member': async (role) => {
    const person = await newPerson(role)
    const key = await keyOf(person, keyScopes)
    await server.owner.query('update membership set disabled_at = now() where account_id = $1', [person.accountId])
    return { headers: bearer(key), holds: 'nobody' }
  },
  'token of a suspended tenant': async (role) => {
    const tenant = await server.addTenant(`closed-${role}`)
    const { token } = await server.addPerson(tenant, role)
    await server.owner.query('update tenant set suspended_at = now() where id = $1', [tenant.id])
    return { headers: bearer(token), holds: 'suspended' }
  },
  'token in the operators’ tenant': async (role) => ({
    headers: bearer((await server.addPerson((await server.operator()).tenant, role)).token),
    holds: 'operator',
  }),
  'another tenant’s token': async (role) => {
    const tenant = await server.addTenant(`other-${role}`)
    return { headers: bearer((await server.addPerson(tenant, role)).token), holds: 'role' }
  },
}

type Decision = 'open' | 'unauthenticated' | 'forbidden' | 'allowed'

function expected({ permission }: DescribedRoute, role: Role, { holds }: Credential): Decision {
  if (permission === 'public') return 'open'
  if (holds === 'nobody') return 'unauthenticated'
  if (holds === 'suspended') return 'forbidden'
  const kind = holds === 'operator' ? 'instance' : 'customer'
  if (!isPermissionOf(kind, permission)) return 'forbidden'
  const ofRole = (permissions[permission].roles as readonly Role[]).includes(role)
  const ofCredential =
    holds === 'role' ||
    holds === 'operator' ||
    permission === 'me:read' ||
    (holds === 'scopes' && keyScopes.includes(permission))
  return ofRole && ofCredential ? 'allowed' : 'forbidden'
}

// What a route answers once it is let through differs; the codes below are the access layer's alone.
function decisionOf({ permission }: DescribedRoute, { status }: Answer): Decision {
  if (permission === 'public') return 'open'
  if (status === 401) return 'unauthenticated'
  return status === 403 ? 'forbidden' : 'allowed'
}

// Signing out would end the credential that the others need, so it comes last.
const signOut = ({ method, path }: DescribedRoute): boolean => method === 'DELETE' && path === '/v1/session'

const nobodysId = '01a20a5b-6239-705d-b9f2-c38849688556'

function requestFor({ method, path }: DescribedRoute, headers: Credential['headers']) {
  const filled = path.replace(':fingerprint', `sha256:${'0'.repeat(64)}`).replaceAll(/:\w+/g, nobodysId)
  return { method: method as 'GET', path: filled, headers }
}

describe('P3.1, ASVS 8.2.1: each route decides the same for a role, whatever the credential', () => {
  test('covers every route that the server has, and knows a good number of them', () => {
    expect(routes.length).toBeGreaterThan(35)
    expect(new Set(routes.map(({ permission }) => permission)).size).toBe(Object.keys(permissions).length + 1)
  })

  describe.each(roles)('%s', (role) => {
    test.each(Object.keys(kinds))('%s', async (kind) => {
      const credential = await (kinds[kind] ?? kinds['none'])?.(role)
      if (credential === undefined) throw new Error('no such credential')
      const inOrder = [...routes.filter((it) => !signOut(it)), ...routes.filter(signOut)]
      const wrong: string[] = []
      for (const route of inOrder) {
        const answer = await server.send(requestFor(route, credential.headers))
        const [wanted, got] = [expected(route, role, credential), decisionOf(route, answer)]
        if (wanted !== got || answer.status >= 500)
          wrong.push(`${route.method} ${route.path}: ${wanted}, got ${answer.status}`)
      }
      expect(wrong).toEqual([])
    })
  })
})

test('P3.1: a route that names no permission stops the server from starting', async () => {
  const http = await createHttp({ logger: pino({ level: 'silent' }) })
  expect(() => http.get('/v1/forgotten', () => 'hello')).toThrow('GET /v1/forgotten names no permission')
  expect(() => http.post('/v1/half', { config: {} }, () => 'hello')).toThrow('names no permission')
  await http.close()
})

test('P3.1: docs/reference/permissions.md gives each route the permission that the running server asks for', () => {
  const page = readFileSync(new URL('../../../../docs/reference/permissions.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/^\| `(\w+) (\/\S*)` \| `(\S+)` \|$/gm)].map(([, method, path, permission]) => {
    return { method, path, permission }
  })
  expect(named).toEqual(routes.map(({ method, path, permission }) => ({ method, path, permission })))
})

test('P3.1: the OpenAPI document names the permission of each route that it shows', () => {
  const shown = Object.entries(server.http.swagger().paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) => [
      `${method.toUpperCase()} ${path.replace('{*}', '*').replaceAll(/\{(\w+)\}/g, ':$1')}`,
      (operation as Record<string, unknown>)['x-permission'],
    ]),
  )
  const ofItself = ['/*', '/v1/*', '/openapi.json', '/v1/docs', '/v1/docs/:operation', '/verifier.html']
  const routesShown = routes.filter(({ path }) => !ofItself.includes(path))
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(routesShown.map(({ method, path, permission }) => [`${method} ${path}`, permission])),
  )
})

test('P3.1: HEAD asks for what GET asks for', async () => {
  for (const { method, path } of routes.filter(({ method }) => method === 'GET')) {
    const { routePermissions } = server.http
    expect(routePermissions.get(`HEAD ${path}`)).toBe(routePermissions.get(`${method} ${path}`))
  }
  expect((await server.send({ method: 'HEAD', path: '/v1/systems' })).status).toBe(401)
})

test('P4.4: what is refused for want of a permission is an event of its own; its body is never read', async () => {
  const viewer = await newPerson('viewer')
  const path = '/v1/systems'
  const answer = await server.send({ method: 'POST', path, token: viewer.token, body: '{ no json' })
  expect(answer.status).toBe(403)
  const { rows } = await server.owner.query(
    'select action, outcome, resource, credential, details, request_id from audit_event where actor_id = $1 order by id desc limit 1',
    [viewer.accountId],
  )
  expect(rows).toEqual([
    {
      action: 'access.denied',
      outcome: 'denied',
      resource: 'POST /v1/systems',
      credential: 'bearer',
      details: { permission: 'system:write', code: 'forbidden' },
      request_id: answer.headers['x-request-id'],
    },
  ])
})

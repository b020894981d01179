import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeRoutes } from '../../src/instance/api-description.ts'
import { auditedOperations, auditedRoutes } from '../../src/instance/audited-routes.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const silent = Object.entries(auditedRoutes).flatMap(([route, it]) => ('none' in it ? [route] : []))

test('P4.4: every route of the server is documented with what it leaves, and no other', () => {
  const routes = describeRoutes(server.http).map(({ method, path }) => `${method} ${path}`)
  expect(Object.keys(auditedRoutes).toSorted()).toEqual(routes.toSorted())
})

test('P4.4: only reading, and asking for a challenge, may leave nothing', () => {
  // Who asks for codes of a device is nobody yet, and of no tenant whose trail could tell.
  expect(silent.filter((route) => !/^GET |options$|^POST \/v1\/device-authorizations$/.test(route))).toEqual([])
})

test.each(silent.filter((route) => route.startsWith('GET ')))('P4.4: %s leaves no event, as it says', async (route) => {
  const path = route.replace('GET ', '').replace(/:\w+/, '01a20a5b-6239-705d-b9f2-c38849688556').replace('*', '0/000')
  const { token } = route.startsWith('GET /v1/tenants') ? await server.operator() : server.admin
  const answer = await server.send({ path, token })
  expect([200, 400, 404]).toContain(answer.status)
  const { rows } = await server.owner.query('select action from audit_event where request_id = $1', [
    answer.headers['x-request-id'],
  ])
  expect(rows).toEqual([])
})

test('P4.4: every action that the server writes is documented, and every one that is documented is written', () => {
  const folder = new URL('../../src/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  )
  const source = files
    .filter((name) => name !== 'instance/audited-routes.ts')
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
  const written = [...source.matchAll(/action: '([a-z_.]+)'/g)].map(([, action = '']) => action)
  const ofRoutes = Object.values(auditedRoutes).flatMap((it) =>
    'none' in it ? [] : [...it.events, ...(it.instead ?? [])],
  )
  const documented = [...ofRoutes, ...Object.keys(auditedOperations)]
  const ofAnyRoute = ['access.denied', 'credential.refuse']
  expect(written.filter((action) => !ofAnyRoute.includes(action) && !documented.includes(action))).toEqual([])
  // Some are put together of their parts: `audit_stream.${to}`.
  const beginnings = [...source.matchAll(/action: `([a-z_]+\.)\$/g)].map(([, beginning = '']) => beginning)
  const known = (action: string): boolean =>
    source.includes(`'${action}'`) || beginnings.some((beginning) => action.startsWith(beginning))
  expect(documented.filter((action) => !known(action))).toEqual([])
})

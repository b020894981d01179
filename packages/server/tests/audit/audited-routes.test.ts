import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOfEveryRoute, actionsOfServer, auditActions } from '../../src/audit/actions.ts'
import { declaredBy, requireAudits } from '../../src/audit/route-audits.ts'
import { describeApi } from '../../src/instance/api-description.ts'
import { createHttp } from '../../src/platform/http.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { undeclaredEvents } from '../../testing/undeclared-events.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const { routes } = await describeApi()
const silent = routes.flatMap(({ method, path, audits }) => ('none' in audits ? [`${method} ${path}`] : []))

test('P4.4: a route that doesn’t say what it leaves, or why nothing, can’t be added', async () => {
  const http = await createHttp({ logger: pino({ level: 'silent' }) })
  requireAudits(http)
  for (const audits of [undefined, [], { events: [], instead: ['session.sign_in'] }, { none: '' }] as const) {
    const config = { permission: 'public', ...(audits && { audits }) } as const
    expect(() => http.post('/v1/silent', { config }, () => 'done')).toThrow('POST /v1/silent names no audit events')
  }
  await http.close()
})

test('P4.4: only reading, a look at a file or at rules, asking the gate, comparing, and asking for a challenge, may leave nothing', () => {
  // Who asks for codes of a device is nobody yet, and of no tenant whose trail could tell.
  expect(
    silent.filter(
      (route) =>
        !/^GET |options$|^POST \/v1\/(?:device-authorizations|evaluations\/preview|policies\/check|gate|systems\/:name\/comparison)$/.test(
          route,
        ),
    ),
  ).toEqual([])
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

test('P4.4: every action is one that a route declares, that any route may leave, or that the server leaves by itself', () => {
  const declared = routes.flatMap(({ audits }) => Object.values(declaredBy(audits)).flat())
  const known = new Set<string>([...declared, ...actionsOfEveryRoute, ...actionsOfServer])
  expect([...known].toSorted()).toEqual(Object.keys(auditActions).toSorted())
})

test('P4.4: an event that its route doesn’t declare is found, and so is one that the server doesn’t', async () => {
  const request = {
    method: 'POST',
    path: '/v1/systems',
    token: server.admin.token,
    body: { name: 'declared' },
  } as const
  const { headers } = await server.send(request)
  const isOf = [headers['x-request-id']]
  await server.owner.query(`update audit_event set action = 'change.open' where request_id = $1`, isOf)
  await server.owner.query(`update audit_event set action = 'session.open' where credential = 'system'`)
  const found = await undeclaredEvents(server, server.log().split('\n'))
  expect(found.toSorted()).toEqual(['POST /v1/systems: change.open', 'the server: session.open'])
  await server.owner.query(`update audit_event set action = 'system.create' where request_id = $1`, isOf)
  await server.owner.query(`update audit_event set action = 'tenant.create' where credential = 'system'`)
  expect(await undeclaredEvents(server, server.log().split('\n'))).toEqual([])
})

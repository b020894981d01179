import type { Session } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPasskey, challengeFor } from '../../testing/factors.ts'
import { startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string }

test('P4.1: a passkey signs in where its person belongs: to no other tenant, and past one that is suspended', async () => {
  const closed = await server.addTenant('closed')
  const open = await server.addTenant('open')
  const person = await server.addPerson(closed, 'member')
  const passkey = await addPasskey(server, person)
  await server.owner.query(
    `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'viewer', 'X', $3)`,
    [open.id, person.accountId, person.email],
  )
  await server.owner.query('update tenant set suspended_at = now() where id = $1', [closed.id])
  const signIn = async (tenant?: string) => {
    const challenge = await challengeFor(server, '/v1/session/passkey-options')
    const assertion = passkey.assert(challenge, { origin: testOrigin, userHandle: person.accountId })
    return server.send<Session & Problem>({
      method: 'POST',
      path: '/v1/session/passkey',
      body: { assertion, tenant },
    })
  }
  expect((await signIn()).body.tenant).toBe('open')
  expect((await signIn('closed')).body.code).toBe('tenant_suspended')
  expect((await signIn('acme')).body.code).toBe('invalid_second_factor')
  const failed = await server.owner.query(
    `select from audit_event where tenant_id = $1 and actor_id = $2 and action = 'session.sign_in' and outcome = 'failed'`,
    [open.id, person.accountId],
  )
  expect(failed.rowCount).toBe(1)
})

test('P5.3, ASVS 6.3.1: a passkey is let in at once where a neighbour’s guesses make its person’s password wait', async () => {
  const person = await server.addPerson(server.admin.tenant, 'member')
  const passkey = await addPasskey(server, person)
  const post = (address: string, url: string, payload: object) =>
    server.http.inject({ method: 'POST', url, remoteAddress: address, payload })
  const { email, password } = person
  for (let n = 0; n < 5; n += 1) await post('198.51.100.77', '/v1/session', { email, password: 'a wrong password' })
  const refused = await post('198.51.100.3', '/v1/session', { email, password })
  expect([refused.statusCode, refused.json<Problem>().code]).toEqual([429, 'too_many_attempts'])
  const challenge = await challengeFor(server, '/v1/session/passkey-options')
  const assertion = passkey.assert(challenge, { origin: testOrigin, userHandle: person.accountId })
  expect((await post('198.51.100.3', '/v1/session/passkey', { assertion })).statusCode).toBe(200)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRefusalTelling, tellRefusedCredential } from '../../src/access/refusals.ts'
import { newId } from '../../src/platform/ids.ts'
import {
  composeBeside,
  type Person,
  startTestServer,
  type TestServer,
  type TestTenant,
} from '../../testing/test-server.ts'

let server: TestServer
let people: TestTenant

beforeAll(async () => {
  server = await startTestServer()
  people = await server.addTenant('people')
})
afterAll(() => server.stop())

interface Refused {
  readonly resource: string
  readonly reason: string
  readonly credential: string
  readonly untold: number | null
}

async function refusalsOf({ accountId }: Person): Promise<Refused[]> {
  const { rows } = await server.owner.query<Refused>(
    `select resource, credential, details ->> 'reason' as reason, (details ->> 'untold')::int as untold from audit_event
     where action = 'credential.refuse' and outcome = 'denied' and actor_id = $1 and tenant_id = $2 order by occurred_at`,
    [accountId, people.id],
  )
  return rows
}

async function sessionIdOf({ accountId }: Person): Promise<string> {
  const { rows } = await server.owner.query<{ id: string }>(
    'select id from session where account_id = $1 order by id desc limit 1',
    [accountId],
  )
  return rows[0]?.id ?? ''
}

const change = (table: string, assignment: string) => async (accountId: string) => {
  const column = table === 'account' ? 'id' : 'account_id'
  await server.owner.query(`update ${table} set ${assignment} where ${column} = $1`, [accountId])
}

const ends: [string, string, (accountId: string) => Promise<void>][] = [
  ['revoked', 'session_revoked', change('session', 'revoked_at = now()')],
  ['expired', 'session_revoked', change('session', "expires_at = now() - interval '1 second'")],
  ['idle', 'session_revoked', change('session', "used_at = now() - interval '61 minutes'")],
  ['disabled', 'session_revoked', change('membership', 'disabled_at = now()')],
  ['disabled', 'session_revoked', change('account', 'disabled_at = now()')],
]

describe('P4.4, ASVS 16.3.2: a refused credential of somebody is an event of their tenant', () => {
  test.each(ends)('a session that is %s', async (reason, code, end) => {
    const person = await server.addPerson(people, 'member')
    const resource = `session/${await sessionIdOf(person)}`
    await end(person.accountId)
    expect((await server.send({ path: '/v1/me', token: person.token })).body['code']).toBe(code)
    const { refreshHandle } = person.session
    const refreshed = await server.send({ method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } })
    expect(refreshed.body['code']).toBe(code)
    // One and the same end of one session: told once.
    expect(await refusalsOf(person)).toEqual([{ resource, reason, credential: 'bearer', untold: null }])
  })

  test.each([
    ['revoked', change('api_key', 'revoked_at = now()')],
    ['expired', change('api_key', "expires_at = now() - interval '1 second'")],
    ['disabled', change('membership', 'disabled_at = now()')],
  ])('an API key that is %s, which hears no more than one that never was', async (reason, end) => {
    const person = await server.addPerson(people, 'member')
    const { id, key } = await server.addKey(person, ['system:read'])
    await end(person.accountId)
    const answer = await server.send({ path: '/v1/systems', token: key })
    const unknown = await server.send({
      path: '/v1/systems',
      token: 'aftr_live_0000000000000000000000000000000000000000',
    })
    expect([answer.status, answer.body['code']]).toEqual([unknown.status, unknown.body['code']])
    expect(await refusalsOf(person)).toEqual([
      { resource: `api-key/${id}`, reason, credential: 'api_key', untold: null },
    ])
  })

  test('whatever comes of a suspended tenant', async () => {
    const person = await server.addPerson(people, 'member')
    const { id, key } = await server.addKey(person, ['system:read'])
    await server.owner.query('update tenant set suspended_at = now() where id = $1', [people.id])
    const codes = [(await server.send({ path: '/v1/me', token: person.token })).body['code']]
    codes.push((await server.send({ path: '/v1/systems', token: key })).body['code'])
    await server.owner.query('update tenant set suspended_at = null where id = $1', [people.id])
    expect(codes).toEqual(['tenant_suspended', 'tenant_suspended'])
    expect((await refusalsOf(person)).map(({ resource, reason }) => [resource, reason])).toEqual([
      [`session/${await sessionIdOf(person)}`, 'suspended'],
      [`api-key/${id}`, 'suspended'],
    ])
  })

  test('a cookie that another site sends, to change something or to refresh', async () => {
    const person = await server.addPerson(people, 'member')
    const { accessToken, refreshHandle } = person.session
    const cookie = `afterai_session=${accessToken}; afterai_refresh=${refreshHandle}`
    const headers = { cookie, 'sec-fetch-site': 'cross-site' }
    const body = { name: `from-afar-${newId()}` }
    const one = await server.send({ method: 'POST', path: '/v1/systems', headers, body })
    const two = await server.send({ method: 'POST', path: '/v1/session/refresh', headers })
    expect([one.body['code'], two.body['code']]).toEqual(['cross_origin', 'cross_origin'])
    const resource = `session/${await sessionIdOf(person)}`
    expect(await refusalsOf(person)).toEqual([{ resource, reason: 'cross_origin', credential: 'cookie', untold: null }])
    // It is the request that is refused, not the session.
    expect((await server.send({ path: '/v1/me', token: accessToken })).status).toBe(200)
  })

  test('and leaves one a minute, so that refused requests don’t fill the trail', async () => {
    const person = await server.addPerson(people, 'member')
    await change('session', 'revoked_at = now()')(person.accountId)
    await Promise.all(Array.from({ length: 50 }, () => server.send({ path: '/v1/me', token: person.token })))
    expect(await refusalsOf(person)).toHaveLength(1)
  })
})

describe('P4.4: refused requests don’t fill the trail, and all of them are in it', () => {
  const clock = { ms: 0 }
  const refused = async () => {
    const { db, audit } = server.enrolment
    const telling = createRefusalTelling(db, audit, () => clock.ms)
    const { accountId: actorId } = await server.addPerson(people, 'member')
    const refuse = (id: string, address: string | null = null) => {
      const actor = { tenantId: people.id, actorId, credential: 'bearer', address, requestId: null }
      return tellRefusedCredential(telling.tell, actor, { resource: `session/${id}`, reason: 'too_many_requests' })
    }
    const events = async () => {
      const { rows } = await server.owner.query<{ resource: string; address: string | null; untold: number | null }>(
        `select resource, address, (details ->> 'untold')::int as untold from audit_event
         where actor_id = $1 and outcome = 'denied' order by id`,
        [actorId],
      )
      return rows
    }
    return { telling, refuse, events }
  }

  test('one a minute, and at its end one that counts the others', async () => {
    const { telling, refuse, events } = await refused()
    for (const ms of [0, 1, 59_999, 60_000, 60_001, 120_000]) {
      clock.ms = ms
      await refuse('one')
    }
    await refuse('other')
    await refuse('other')
    await telling.job.end()
    const one = { resource: 'session/one', address: null }
    const other = { resource: 'session/other', address: null }
    expect(await events()).toEqual([
      { ...one, untold: null },
      { ...one, untold: 2 },
      { ...one, untold: null },
      { ...one, untold: 1 },
      { ...one, untold: null },
      { ...other, untold: null },
      { ...other, untold: 1 },
    ])
  })

  test('another network’s use of a credential shows by itself, up to sixteen of them', async () => {
    const { telling, refuse, events } = await refused()
    await refuse('stolen', '192.0.2.1')
    await refuse('stolen', '192.0.2.99')
    await refuse('stolen', '198.51.100.1')
    for (let n = 0; n < 40; n += 1) await refuse('stolen', `10.0.${n}.1`)
    await telling.job.end()
    const rows = await events()
    expect(rows.slice(0, 2).map(({ address }) => address)).toEqual(['192.0.2.1', '198.51.100.1'])
    expect(rows).toHaveLength(16 + 1)
    expect(rows.at(-1)?.untold).toBe(1 + 40 - 14)
  })

  test('denials of a key by a door for sixty thousand requests a minute are ten events and a count', async () => {
    const person = await server.addPerson(people, 'member')
    const { key } = await server.addKey(person, ['system:read'])
    const beside = await composeBeside(server)
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    for (let n = 0; n < 60; n += 1) {
      const answer = await beside.http.inject({ method: 'POST', url: '/v1/telemetry', headers, payload: '{}' })
      expect(answer.statusCode).toBe(403)
    }
    await beside.close()
    const { rows } = await server.owner.query<{ untold: number | null }>(
      `select (details ->> 'untold')::int as untold from audit_event
       where actor_id = $1 and action = 'access.denied' order by id`,
      [person.accountId],
    )
    expect(rows.map(({ untold }) => untold)).toEqual([...Array.from({ length: 10 }, () => null), 50])
  })
})

test('P4.4: a credential that nobody has, or a forged one, leaves no event: it is nobody’s', async () => {
  const count = async () => (await server.owner.query('select count(*) from audit_event')).rows
  const before = await count()
  for (const token of ['aftr_live_0000000000000000000000000000000000000000', 'a.b.c', 'nonsense']) {
    expect((await server.send({ path: '/v1/me', token })).status).toBe(401)
  }
  expect(await count()).toEqual(before)
})

describe('P4.4, ASVS 16.3.2: an attempt that is slowed down', () => {
  const slowedOf = async (where: string, value: string) =>
    (
      await server.owner.query<{ tenant_id: string; details: Record<string, string> }>(
        `select tenant_id, details from audit_event
         where action = 'session.sign_in' and outcome = 'denied' and details ->> 'reason' = 'too_many_attempts' and ${where} = $1`,
        [value],
      )
    ).rows

  const guess = async (email: string, times: number) => {
    const codes = new Set<unknown>()
    for (let n = 0; n < times; n += 1) {
      const body = { email, password: 'a wrong password' }
      codes.add((await server.send({ method: 'POST', path: '/v1/session', body })).body['code'])
    }
    return codes
  }

  test('is an event of the account’s tenant, once a minute', async () => {
    const person = await server.addPerson(people, 'member')
    expect(await guess(person.email, 8)).toEqual(new Set(['invalid_credentials', 'too_many_attempts']))
    const slowed = await slowedOf('actor_id::text', person.accountId)
    expect(slowed).toEqual([{ tenant_id: people.id, details: { reason: 'too_many_attempts' } }])
  })

  test('at an address that nobody has is one of the operators, and hears the same', async () => {
    const operator = await server.operator()
    const email = 'nobody-at-all@example.com'
    expect(await guess(email, 8)).toEqual(new Set(['invalid_credentials', 'too_many_attempts']))
    const slowed = await slowedOf('tenant_id::text', operator.tenant.id)
    expect(slowed).toHaveLength(1)
    expect(slowed[0]?.details['address']).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
  })

  test('to prove a password again is one too', async () => {
    const person = await server.addPerson(people, 'member')
    const body = { method: 'password', password: 'a wrong password' }
    const codes = new Set<unknown>()
    for (let n = 0; n < 8; n += 1) {
      const answer = await server.send({ method: 'POST', path: '/v1/session/step-up', token: person.token, body })
      codes.add(answer.body['code'])
    }
    expect(codes).toContain('too_many_attempts')
    const { rows } = await server.owner.query(
      `select details ->> 'reason' as reason from audit_event
       where action = 'session.step_up' and outcome = 'denied' and actor_id = $1`,
      [person.accountId],
    )
    expect(rows).toEqual([{ reason: 'too_many_attempts' }])
  })
})

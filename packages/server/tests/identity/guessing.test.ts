import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ComposedServer } from '../../src/instance/composition.ts'
import { newCode } from '../../src/access/index.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let second: ComposedServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer()
  second = await composeBeside(server)
  await server.owner.query(`
    create function hold_wait() returns trigger language plpgsql as $$
    begin
      if new.not_before > now() then new.not_before := new.not_before + interval '1 day'; end if;
      return new;
    end $$;
    create trigger held before insert or update on guess for each row execute function hold_wait()`)
})
beforeEach(async () => {
  await holdWaits(true)
  owner = await server.addPerson(server.admin.tenant, 'member')
  await server.owner.query('delete from known_place')
})
afterAll(async () => {
  await second.close()
  await server.stop()
})

interface Attempt {
  readonly email?: string
  readonly password?: string
  readonly address: string
  readonly by?: ComposedServer
}

async function signIn({ email = owner.email, password = 'a wrong password', address, by = server }: Attempt) {
  const answer = await by.http.inject({
    method: 'POST',
    url: '/v1/session',
    remoteAddress: address,
    payload: { email, password },
  })
  return { status: answer.statusCode, code: answer.json<{ code?: string }>().code, headers: answer.headers }
}

async function codesOf(attempts: readonly Attempt[]): Promise<(string | undefined)[]> {
  const codes = []
  for (const attempt of attempts) codes.push((await signIn(attempt)).code)
  return codes
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

/** Whether waits last days longer than they would: on a slow machine one of a second is over before the next attempt. */
const holdWaits = (held: boolean) => server.owner.query(`alter table guess ${held ? 'enable' : 'disable'} trigger held`)

/** Lets time pass for the counts: all that was counted happened so much earlier. Waits are held no longer. */
async function letPass(seconds: number): Promise<void> {
  await holdWaits(false)
  await server.owner.query(
    `update guess set last_at = last_at - $1 * interval '1 second', not_before =
       not_before - $1 * interval '1 second' - case when isfinite(not_before)
         then make_interval(days => greatest(0, extract(day from not_before - last_at)::int)) else interval '0' end`,
    [seconds],
  )
}

describe('a guesser at one address', () => {
  test('P5.3, ASVS 6.3.1: waits twice as long after each failure, up to a quarter of an hour', async () => {
    await holdWaits(false)
    const address = '198.51.100.1'
    expect(await codesOf(times(5, () => ({ address })))).toEqual(times(5, () => 'invalid_credentials'))
    const waits: number[] = []
    for (let n = 0; n < 14; n += 1) {
      const refused = await signIn({ address })
      expect([refused.status, refused.code]).toEqual([429, 'too_many_attempts'])
      waits.push(Number(refused.headers['retry-after']))
      await letPass(Number(refused.headers['retry-after']))
      expect((await signIn({ address })).code).toBe('invalid_credentials')
    }
    const most = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
    // On a slow machine a part of the wait has passed before it is told.
    expect(waits.filter((wait, n) => wait > (most[n] ?? 0) || wait <= (most[n] ?? 0) / 2)).toEqual([])
  })

  test('P5.3, ASVS 6.3.1: gains nothing from its neighbours’ addresses, from a hundred attempts at once, or from another process', async () => {
    const attempts = times(100, (n) => ({
      address: n % 2 === 0 ? `198.51.101.${n}` : '198.51.101.1',
      by: n % 3 === 0 ? second : server,
    }))
    const codes = (await Promise.all(attempts.map(signIn))).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['invalid_credentials', 'too_many_attempts']))
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(5)
  })

  test('P5.3: is not let in while it waits, not even with the right password', async () => {
    const address = '198.51.102.1'
    await codesOf(times(5, () => ({ address })))
    expect((await signIn({ address, password: owner.password })).code).toBe('too_many_attempts')
    await letPass(1)
    expect((await signIn({ address, password: owner.password })).status).toBe(200)
    expect(await codesOf(times(5, () => ({ address })))).toEqual(times(5, () => 'invalid_credentials'))
  })

  test('P3.4, ASVS 6.3.8: learns nothing of who exists: an unknown account has the same counts and answers', async () => {
    const known = await codesOf(times(8, () => ({ address: '198.51.103.1' })))
    const unknown = await codesOf(times(8, () => ({ address: '198.51.103.1', email: 'nobody@acme.example' })))
    expect(unknown).toEqual(known)
    const capitals = await signIn({ address: '198.51.103.1', email: 'NOBODY@acme.example' })
    expect(capitals.code).toBe('too_many_attempts')
  })
})

describe('a guesser at many addresses', () => {
  const from = (n: number): string => `100.${64 + (n >> 8)}.${n & 255}.7`

  /** As after hundreds of failures from everywhere. */
  async function besiege(): Promise<void> {
    await signIn({ address: from(900) })
    await server.owner.query(
      `update guess set failures = 500, not_before = '-infinity' where last_at = (select max(last_at) from guess)`,
    )
    await signIn({ address: from(901) })
  }

  test('P5.3, ASVS 6.3.1: is held to one attempt a minute on an account in the end', async () => {
    const codes = await codesOf(times(60, (n) => ({ address: from(n) })))
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(50)
    await letPass(60)
    await besiege()
    const refused = await signIn({ address: from(902) })
    expect(refused.status).toBe(429)
    // On a slow machine a part of the wait has passed before it is told.
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  })

  test('P5.3, ASVS 6.3.1: cannot keep the owner out from where they signed in before', async () => {
    expect((await signIn({ address: '203.0.113.5', password: owner.password })).status).toBe(200)
    await besiege()
    expect((await signIn({ address: from(990) })).code).toBe('too_many_attempts')
    expect((await signIn({ address: '203.0.113.5', password: owner.password })).status).toBe(200)
    // A slip of the owner's own costs nothing either.
    expect((await signIn({ address: '203.0.113.5' })).code).toBe('invalid_credentials')
    expect((await signIn({ address: '203.0.113.5', password: owner.password })).status).toBe(200)
  })

  test('P5.3, ASVS 6.3.1: leaves the owner at a new address with a minute to wait at most, once it stops', async () => {
    await besiege()
    await letPass(60)
    expect((await signIn({ address: '203.0.113.9', password: owner.password })).status).toBe(200)
  })

  test('P5.3: does not slow down other accounts', async () => {
    await besiege()
    const other = await server.addPerson(server.admin.tenant, 'member')
    expect((await signIn({ ...other, address: from(1) })).status).toBe(200)
  })
})

describe('a session in the wrong hands', () => {
  const guess = (door: { method: 'POST' | 'PUT'; url: string; payload: object }, address: string) =>
    server.http.inject({ ...door, remoteAddress: address, headers: { authorization: `Bearer ${owner.token}` } })
  const newPassword = 'copper-meadow-77-signal'

  test.each([
    ['the step-up', (password: string) => stepUpBy(password)],
    ['the change of the password', (password: string) => changeBy(password)],
  ])('P5.3, ASVS 6.3.1: is no second door to guess the password at: %s', async (_name, door) => {
    const address = '198.51.130.1'
    expect(await codesOf(times(3, () => ({ address })))).toEqual(times(3, () => 'invalid_credentials'))
    const statuses = []
    for (const password of times(4, (n) => `granite-otter-guess-${n}`))
      statuses.push((await guess(door(password), address)).statusCode)
    expect(statuses).toEqual([401, 401, 429, 429])
    expect((await signIn({ address })).code).toBe('too_many_attempts')
    expect((await guess(door(owner.password), address)).statusCode).toBe(429)
    await letPass(2)
    expect((await guess(door(owner.password), address)).statusCode).toBeLessThan(300)
  })

  test.each([
    ['POST', '/v1/session/step-up'],
    ['PUT', '/v1/password'],
  ] as const)('P5.3, ASVS 2.4.1: %s %s has the rate of doors that take a credential', async (method, url) => {
    const { headers } = await guess({ method, url, payload: {} }, '198.51.131.1')
    expect(headers['ratelimit-policy']).toContain('"credential-by-')
  })

  const stepUpBy = (password: string) => ({
    method: 'POST' as const,
    url: '/v1/session/step-up',
    payload: { method: 'password', password },
  })
  const changeBy = (currentPassword: string) => ({
    method: 'PUT' as const,
    url: '/v1/password',
    payload: { currentPassword, newPassword },
  })
})

describe('codes', () => {
  const accept = (code: string, password: string, address: string) =>
    server.http.inject({
      method: 'POST',
      url: '/v1/invitations/accept',
      remoteAddress: address,
      payload: { code, name: 'Somebody', password },
    })

  test('P5.3, ASVS 6.3.1: an address that guesses invitations waits after thirty', async () => {
    const answers = []
    for (const code of times(32, newCode)) answers.push(await accept(code, owner.password, '198.51.110.1'))
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(30)
    expect(answers.at(-1)?.statusCode).toBe(429)
    expect((await accept(newCode(), owner.password, '198.51.111.1')).statusCode).toBe(401)
  })

  test('P5.3, ASVS 6.3.1: a right invitation is not delayed by the wrong ones of its network', async () => {
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: server.admin.token,
      body: { email: 'neighbour@acme.example', role: 'viewer' },
    })
    for (const wrong of times(31, newCode)) await accept(wrong, owner.password, '198.51.113.1')
    expect((await accept(newCode(), owner.password, '198.51.113.2')).statusCode).toBe(429)
    expect((await accept(code, 'copper-meadow-77-signal', '198.51.113.2')).statusCode).toBe(200)
    expect((await accept(newCode(), owner.password, '198.51.113.2')).statusCode).toBe(429)
  })

  test('P5.3, ASVS 6.3.1: a right set-up code is not delayed by the wrong ones of its network, which wait', async () => {
    await server.owner.query('update setup_code set used_at = null')
    const setUp = (code: string) =>
      server.http.inject({
        method: 'POST',
        url: '/v1/setup',
        remoteAddress: '198.51.114.1',
        payload: {
          code,
          email: 'founder@acme.example',
          name: 'A founder',
          password: 'copper-meadow-77-signal',
          tenant: { slug: 'founded', name: 'Founded' },
        },
      })
    for (const wrong of times(31, newCode)) await setUp(wrong)
    expect((await setUp(newCode())).statusCode).toBe(429)
    expect((await setUp(server.setupCode)).statusCode).toBe(200)
    expect((await setUp(server.setupCode)).statusCode).toBe(429)
  })

  test('P5.3, ASVS 6.3.1: an invitation is no second door to guess an account’s password at', async () => {
    const elsewhere = await server.addTenant('elsewhere')
    const host = await server.addPerson(elsewhere, 'admin')
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: host.token,
      body: { email: owner.email, role: 'viewer' },
    })
    const address = '198.51.112.1'
    expect(await codesOf(times(3, () => ({ address })))).toEqual(times(3, () => 'invalid_credentials'))
    const answers = []
    for (const password of times(4, (n) => `granite-otter-guess-${n}`))
      answers.push(await accept(code, password, address))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 429, 429])
  })
})

test('P3.3: what is counted names nobody', async () => {
  await signIn({ address: '198.51.120.1' })
  const { rows } = await server.owner.query<{ text: string }>(`select guess::text as text from guess`)
  expect(rows.length).toBeGreaterThan(0)
  for (const { text } of rows) expect(text).not.toMatch(/@|198\.51/)
})

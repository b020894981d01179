import type { Session } from '@afterai/contract'
import { createTestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey, beginSignIn, enrolApp } from '../../testing/factors.ts'
import { type Answer, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; errors: { pointer: string; detail: string }[] }

const someone = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')

const change = (person: Pick<Person, 'token'>, body: object): Promise<Answer<Problem>> =>
  server.send({ method: 'PUT', path: '/v1/password', token: person.token, body })

const setTo = (person: Person, newPassword: string) => change(person, { newPassword })

const me = (token: string) => server.send({ path: '/v1/me', token })

const short = 'kT4!moss'

describe('P3.4, ASVS 6.2.4: a new password', () => {
  test.each([
    ['on the list of common ones', 'qwertyuiop123456'],
    ['on it but for its ends', '1234567!football!7654321'],
    ['made of common pieces', 'password12345password'],
    ['of few characters', 'abababababababab'],
    ['with the product’s name', 'AfterAI-2026!'.padEnd(15, '!')],
  ])('is refused when it is %s', async (_what, password) => {
    const { status, body } = await setTo(await someone(), password)
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([400, 'invalid_request', '/newPassword'])
  })

  test('is refused when it holds the person’s address or name, or the tenant’s', async () => {
    const person = await someone()
    const [local = ''] = person.email.split('@')
    for (const password of [`${local}-yes`, `x${local.toUpperCase()}x`, 'the-acme-corporate-secret']) {
      expect([password, (await setTo(person, password)).status]).toEqual([password, 400])
    }
  })

  test('may be of letters alone, of spaces and of any script: no kinds of characters are asked for', async () => {
    const person = await someone()
    for (const password of ['glimmering onward tortoise', 'утренний туман над рекой', '🦉🌊🎻🧭🪁🌵🍇🧊🪐🎲']) {
      const answer = await setTo(person, password)
      expect([password, answer.status, answer.text]).toEqual([password, 204, ''])
      await server.signIn(person.email, password)
    }
  })

  test('P3.4, ASVS 6.2.8: counts as it is, to its last character: nothing is cut, folded or trimmed', async () => {
    const person = await someone()
    const base = Array.from({ length: 255 }, (_, n) => String.fromCodePoint(0x61 + ((n * 7) % 26))).join('')
    const password = ` ${base}`
    expect((await setTo(person, password)).status).toBe(204)
    for (const other of [
      base,
      `${password.slice(0, -1)}!`,
      password.toUpperCase(),
      password.slice(0, 72),
      `${password} `,
    ]) {
      const body = { email: person.email, password: other }
      expect((await server.send({ method: 'POST', path: '/v1/session', body })).status).not.toBe(200)
    }
    await server.signIn(person.email, password)
    expect((await setTo(person, `${password}x`)).status).toBe(400)
  })
})

describe('P3.4: a short password', () => {
  test('needs a second factor: an app or a passkey', async () => {
    const [bare, withApp, withPasskey] = [await someone(), await someone(), await someone()]
    await enrolApp(server, withApp)
    await addPasskey(server, withPasskey)
    expect((await setTo(bare, short)).status).toBe(400)
    for (const person of [withApp, withPasskey]) {
      expect((await setTo(person, 'kT4!mos')).status).toBe(400)
      expect((await setTo(person, short)).status).toBe(204)
      expect((await beginSignIn(server, { ...person, password: short })).ticket).not.toBe('')
    }
  })

  test('holds the last factor where it is, until the password is long', async () => {
    const person = await someone()
    await enrolApp(server, person)
    const { id } = await addPasskey(server, person)
    expect((await setTo(person, short)).status).toBe(204)
    const remove = (path: string) => server.send<Problem>({ method: 'DELETE', path, token: person.token })
    expect((await remove('/v1/factors/totp')).status).toBe(204)
    expect((await remove(`/v1/passkeys/${id}`)).body.code).toBe('invalid_transition')
    const { passkeys } = await server.expectOk<{ passkeys: unknown[] }>({ path: '/v1/factors', token: person.token })
    expect(passkeys).toHaveLength(1)
    expect((await setTo(person, 'copper-meadow-77-signal')).status).toBe(204)
    expect((await remove(`/v1/passkeys/${id}`)).status).toBe(204)
  })

  test('and the removal of the factor at the same moment never leave the password alone', async () => {
    for (let round = 0; round < 8; round += 1) {
      const person = await someone()
      await enrolApp(server, person)
      await Promise.all([
        setTo(person, short),
        server.send({ method: 'DELETE', path: '/v1/factors/totp', token: person.token }),
      ])
      const { rows } = await server.owner.query(
        `select 1 from account a where id = $1 and not password_stands_alone
         and not exists (select from totp t where t.account_id = a.id and t.confirmed_at is not null)`,
        [person.accountId],
      )
      expect(rows).toEqual([])
    }
  })
})

describe('P3.2, ASVS 6.2.3: changing a password', () => {
  test('needs the present one, or a session that was just authenticated', async () => {
    const person = await someone()
    const newPassword = 'copper-meadow-77-signal'
    await server.owner.query(
      `update session set authenticated_at = now() - interval '11 minutes' where account_id = $1`,
      [person.accountId],
    )
    expect((await change(person, { newPassword })).body.code).toBe('step_up_required')
    expect((await change(person, { currentPassword: 'not-the-password', newPassword })).body.code).toBe(
      'invalid_credentials',
    )
    expect((await change(person, { currentPassword: person.password, newPassword })).status).toBe(204)
    await server.signIn(person.email, newPassword)
  })

  test('P3.2, ASVS 7.4.3: ends every other session of the person, in every tenant, and keeps this one', async () => {
    const person = await someone()
    const away = await server.addTenant(`away-${crypto.randomUUID()}`)
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name) values ($1, $2, 'viewer', 'x')`,
      [away.id, person.accountId],
    )
    const { email, password } = person
    const body = { email, password, tenant: away.slug }
    const elsewhere = await server.expectOk<Session>({ method: 'POST', path: '/v1/session', body })
    const beside = await server.signIn(email, password)
    expect((await change(person, { currentPassword: password, newPassword: 'copper-meadow-77-signal' })).status).toBe(
      204,
    )
    expect((await me(person.token)).status).toBe(200)
    for (const { accessToken, refreshHandle } of [elsewhere, beside]) {
      expect((await me(accessToken)).body['code']).toBe('session_revoked')
      const refresh = { method: 'POST', path: '/v1/session/refresh', body: { refreshHandle } } as const
      expect((await server.send(refresh)).status).toBe(401)
    }
    expect((await server.send({ method: 'POST', path: '/v1/session', body: { email, password } })).status).toBe(401)
  })
})

test('P3.3, ASVS 11.4.2: passwords are kept as argon2id, 64 MiB and three passes each', async () => {
  const person = await someone()
  await change(person, { currentPassword: person.password, newPassword: 'copper-meadow-77-signal' })
  const { rows } = await server.owner.query<{ hash: string }>(
    'select password_hash as hash from account where password_hash is not null',
  )
  expect(rows.length).toBeGreaterThan(1)
  for (const { hash } of rows) expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/)
})

test('P3.4, ASVS 6.3.2: nobody has an account before the set-up', async () => {
  const fresh = await createTestDatabase()
  const owner = new Client(fresh.owner)
  await owner.connect()
  const { rows } = await owner.query('select from account')
  await owner.end()
  await fresh.drop()
  expect(rows).toEqual([])
})

test('P3.3, ASVS 14.2.1: no address holds a credential: they go in bodies, headers and cookies', () => {
  type Paths = Record<string, Record<string, { parameters?: { name: string }[] }>>
  const paths = JSON.parse(JSON.stringify(server.http.swagger().paths)) as Paths
  const operations = Object.values(paths).flatMap((it) => Object.values(it))
  const names = operations.flatMap(({ parameters = [] }) => parameters.map(({ name }) => name))
  expect(names).toContain('accountId')
  expect(names.filter((name) => /token|code|password|secret|handle|ticket|challenge/i.test(name))).toEqual([])
})

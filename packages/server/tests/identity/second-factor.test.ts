import type { SecondFactorChallenge, SecondFactorProof, Session } from '@afterai/contract'
import { Secret, URI } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, beginSignIn, codeOf, enrolApp } from '../../testing/factors.ts'
import { type Answer, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

type Problem = { code: string; detail?: string }

const someone = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')

async function someoneWithApp(): Promise<{ person: Person; app: App }> {
  const person = await someone()
  return { person, app: await enrolApp(server, person) }
}

const complete = (ticket: string, proof: SecondFactorProof): Promise<Answer<Session & Problem>> =>
  server.send({ method: 'POST', path: '/v1/session/second-factor', body: { ticket, proof } })

const byCode = (ticket: string, code: string) => complete(ticket, { method: 'totp', code })
const byRecovery = (ticket: string, code: string) => complete(ticket, { method: 'recovery_code', code })

const del = (path: string, { token }: Pick<Person, 'token'>) => server.send<Problem>({ method: 'DELETE', path, token })

const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).toSorted((a, b) => a - b)

/** Six digits that are no code of these steps. */
function wrongCode(app: App): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => app.codeAt(steps))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? ''
}

describe('P3.4: an authenticator app', () => {
  test('is enrolled by a secret that is shown once, and counts once a code of it has come', async () => {
    const person = await someone()
    const path = '/v1/factors/totp'
    const { token } = person
    const { secret, uri } = await server.expectOk<{ secret: string; uri: string }>({ method: 'POST', path, token })
    expect(URI.parse(uri)).toMatchObject({ issuer: 'AfterAI', label: person.email, digits: 6, period: 30 })
    expect(Secret.fromBase32(secret).bytes).toHaveLength(20)
    expect((await server.signIn(person.email, person.password)).accessToken).not.toBe('')
    const body = { code: codeOf(secret, 0) }
    const confirmed = await server.expectOk<{ recoveryCodes: string[] }>({
      method: 'POST',
      path: `${path}/confirm`,
      token,
      body,
    })
    expect(new Set(confirmed.recoveryCodes).size).toBe(10)
    expect((await beginSignIn(server, person)).methods).toEqual(['totp', 'recovery_code'])
    expect((await server.send<Problem>({ method: 'POST', path, token })).body.code).toBe('conflict')
    const factors = await server.send({ path: '/v1/factors', token })
    expect(factors.body).toMatchObject({ password: true, recoveryCodesLeft: 10, passkeys: [] })
    expect(factors.text).not.toContain(secret)
  })

  test('completes a sign-in whose password was right; without it there is no session and no cookie', async () => {
    const { person, app } = await someoneWithApp()
    const { email, password } = person
    const asked = await server.send({ method: 'POST', path: '/v1/session', body: { email, password } })
    expect([asked.status, asked.headers['set-cookie']]).toEqual([202, undefined])
    expect(Object.keys(asked.body).toSorted()).toEqual(['expiresAt', 'methods', 'ticket'])
    const ticket = String(asked.body['ticket'])
    expect((await server.send({ path: '/v1/me', token: ticket })).status).toBe(401)
    const answer = await byCode(ticket, await app.freshCode())
    expect(answer.status).toBe(200)
    const { items } = await server.expectOk<{ items: object[] }>({
      path: '/v1/sessions',
      token: answer.body.accessToken,
    })
    expect(items[0]).toMatchObject({ current: true, methods: ['pwd', 'otp', 'mfa'] })
  })

  test('takes codes of the step before and after, and of no other', async () => {
    const { person, app } = await someoneWithApp()
    for (const [steps, status] of [
      [-1, 200],
      [1, 200],
      [-3, 401],
      [3, 401],
    ] as const) {
      await app.freshCode()
      const { ticket } = await beginSignIn(server, person)
      expect([steps, (await byCode(ticket, app.codeAt(steps))).status]).toEqual([steps, status])
    }
  })

  test('is enrolled once where ten requests ask at once', async () => {
    const { token, accountId } = await someone()
    const path = '/v1/factors/totp'
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.send({ method: 'POST', path, token })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const { rows } = await server.owner.query('select 1 from totp where account_id = $1', [accountId])
    expect(rows).toHaveLength(1)
  })

  test('is removed, and the password is enough again', async () => {
    const { person } = await someoneWithApp()
    expect((await del('/v1/factors/totp', person)).status).toBe(204)
    expect((await del('/v1/factors/totp', person)).body.code).toBe('not_found')
    await server.signIn(person.email, person.password)
    const { rows } = await server.owner.query('select 1 from recovery_code where account_id = $1', [person.accountId])
    expect(rows).toEqual([])
  })
})

describe('P3.4, ASVS 6.5.1: what was used once isn’t good again', () => {
  test('a code that was accepted, and any older one', async () => {
    const { person, app } = await someoneWithApp()
    const used = await app.freshCode()
    expect((await byCode((await beginSignIn(server, person)).ticket, used)).status).toBe(200)
    for (const code of [used, app.codeAt(-1)]) {
      const answer = await byCode((await beginSignIn(server, person)).ticket, code)
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_second_factor'])
    }
  })

  test('the code that confirmed the app', async () => {
    const { person, app } = await someoneWithApp()
    const { rows } = await server.owner.query<{ step: number }>(
      'select last_step::int as step from totp where account_id = $1',
      [person.accountId],
    )
    const stepsAgo = Math.floor(Date.now() / 30_000) - (rows[0]?.step ?? 0)
    const answer = await byCode((await beginSignIn(server, person)).ticket, app.codeAt(-stepsAgo))
    expect(answer.body.code).toBe('invalid_second_factor')
  })

  test('a code that ten sign-ins give at once lets one in', async () => {
    const { person, app } = await someoneWithApp()
    // One after the other: all at once are as good as guesses.
    const tickets: SecondFactorChallenge[] = []
    for (let n = 0; n < 10; n += 1) tickets.push(await beginSignIn(server, person))
    const code = await app.freshCode()
    const answers = await Promise.all(tickets.map(({ ticket }) => byCode(ticket, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('a recovery code, also when it is given five times at once', async () => {
    const { person, app } = await someoneWithApp()
    const [first = '', second = ''] = app.recoveryCodes
    const tickets = await Promise.all(Array.from({ length: 5 }, () => beginSignIn(server, person)))
    const answers = await Promise.all(tickets.map(({ ticket }) => byRecovery(ticket, first)))
    expect(statuses(answers)).toEqual([200, 401, 401, 401, 401])
    const { ticket } = await beginSignIn(server, person)
    expect((await byRecovery(ticket, ` ${second.toLowerCase()} `)).status).toBe(200)
  })

  test('recovery codes that were renewed, and those of somebody else', async () => {
    const { person, app } = await someoneWithApp()
    const other = await someoneWithApp()
    const path = '/v1/factors/recovery-codes'
    const { recoveryCodes } = await server.expectOk<{ recoveryCodes: string[] }>({
      method: 'POST',
      path,
      token: person.token,
    })
    const { ticket } = await beginSignIn(server, person)
    for (const code of [app.recoveryCodes[0], other.app.recoveryCodes[0], '', 'AAAAA-AAAAA-AAAAA-AAAAA']) {
      expect((await byRecovery(ticket, code ?? '')).body.code).toBe('invalid_second_factor')
    }
    expect((await byRecovery(ticket, recoveryCodes[0] ?? '')).status).toBe(200)
  })

  test('a ticket', async () => {
    const { person, app } = await someoneWithApp()
    const { ticket } = await beginSignIn(server, person)
    expect((await byCode(ticket, await app.freshCode())).status).toBe(200)
    expect((await byCode(ticket, await app.freshCode())).body.code).toBe('sign_in_expired')
  })
})

describe('P3.4, ASVS 6.3.1: guessing codes', () => {
  test('a ticket bears five tries, also when they come at once; the right code is too late then', async () => {
    const { person, app } = await someoneWithApp()
    const { ticket } = await beginSignIn(server, person)
    const answers = await Promise.all(Array.from({ length: 12 }, () => byRecovery(ticket, 'AAAAA-AAAAA-AAAAA-AAAAA')))
    expect(answers.filter(({ body }) => body.code === 'invalid_second_factor')).toHaveLength(5)
    expect(answers.filter(({ body }) => body.code === 'sign_in_expired')).toHaveLength(7)
    expect((await byCode(ticket, await app.freshCode())).body.code).toBe('sign_in_expired')
  })

  test('a ticket ends after five minutes', async () => {
    const { person, app } = await someoneWithApp()
    const { ticket } = await beginSignIn(server, person)
    await server.owner.query(
      `update sign_in_ticket set expires_at = expires_at - interval '5 minutes' where account_id = $1`,
      [person.accountId],
    )
    expect((await byCode(ticket, await app.freshCode())).body.code).toBe('sign_in_expired')
  })

  test('new tickets don’t help: after five wrong codes each further one waits, the right one too, longer each time', async () => {
    const { person, app } = await someoneWithApp()
    await app.freshCode()
    const attempt = async (code: string) => byCode((await beginSignIn(server, person)).ticket, code)
    for (let tries = 0; tries < 5; tries += 1) expect((await attempt(wrongCode(app))).status).toBe(401)
    const waits: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const refused = await attempt(app.codeAt(0))
      expect([refused.status, refused.body.code]).toEqual([429, 'too_many_codes'])
      waits.push(Number(refused.headers['retry-after']))
      await server.owner.query(`update totp set failed_at = now() - interval '1 hour' where account_id = $1`, [
        person.accountId,
      ])
      expect((await attempt(wrongCode(app))).status).toBe(401)
    }
    // A slow machine may take a while of a wait before it asks.
    expect(waits.map((seconds) => Math.ceil(seconds / 30) * 30)).toEqual([30, 60, 120])
    // A recovery code has 98 bits: nobody guesses it, and its owner isn't locked out.
    const { ticket } = await beginSignIn(server, person)
    expect((await byRecovery(ticket, app.recoveryCodes[0] ?? '')).status).toBe(200)
  })

  test('each failure is an event, and none holds a code', async () => {
    const { person, app } = await someoneWithApp()
    const code = wrongCode(app)
    const { headers } = await byCode((await beginSignIn(server, person)).ticket, code)
    const { rows } = await server.owner.query(
      'select action, outcome, credential, details from audit_event where request_id = $1',
      [headers['x-request-id']],
    )
    expect(rows).toEqual([{ action: 'session.second_factor', outcome: 'failed', credential: 'totp', details: {} }])
  })
})

describe('P3.4: wherever a password signs in, the second factor is asked for', () => {
  const invitedTo = async (email: string) => {
    const boss = await server.addPerson(await server.addTenant(`guest-${crypto.randomUUID()}`), 'admin')
    const body = { email, role: 'viewer' }
    const { code } = await server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: boss.token,
      body,
    })
    return { code, tenant: boss.tenant }
  }

  test('with an invitation too: who can’t give it joins nothing, and the invitation stays good', async () => {
    const { person, app } = await someoneWithApp()
    const { code, tenant } = await invitedTo(person.email)
    const accept = async () => {
      const body = { code, name: 'Guest', password: person.password }
      const answer = await server.send<{ ticket: string }>({ method: 'POST', path: '/v1/invitations/accept', body })
      expect(answer.status).toBe(202)
      return answer.body.ticket
    }
    const memberships = async () =>
      (
        await server.owner.query('select role from membership where account_id = $1 and tenant_id = $2', [
          person.accountId,
          tenant.id,
        ])
      ).rows
    expect((await byCode(await accept(), wrongCode(app))).status).toBe(401)
    expect(await memberships()).toEqual([])
    const [ticket, late] = [await accept(), await accept()]
    const joined = await byCode(ticket, await app.freshCode())
    expect([joined.status, joined.body.tenant]).toEqual([200, tenant.slug])
    expect(await memberships()).toEqual([{ role: 'viewer' }])
    expect((await byCode(late, await app.freshCode())).body.code).toBe('invalid_code')
  })

  test('with a short password too, which is right only together with its factor', async () => {
    const { person } = await someoneWithApp()
    const short = 'kT4!moss'
    await server.expectOk({
      method: 'PUT',
      path: '/v1/password',
      token: person.token,
      body: { currentPassword: person.password, newPassword: short },
    })
    const { code } = await invitedTo(person.email)
    const body = { code, name: 'Guest', password: short }
    expect((await server.send({ method: 'POST', path: '/v1/invitations/accept', body })).status).toBe(202)
  })
})

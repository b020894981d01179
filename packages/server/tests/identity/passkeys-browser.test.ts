import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PasskeyAssertion, PasskeyAttestation, Session } from '@afterai/contract'
import { launchChromium } from '@afterai/testing'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginSignIn } from '../../testing/factors.ts'
import { type Answer, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

// A real browser with an authenticator of its DevTools: what it signs is what a person's device would.

let browser: Browser
let ours: Server
let another: Server
let server: TestServer
let page: Page
let devTools: CDPSession
let authenticatorId: string
let person: Person

beforeAll(async () => {
  browser = await launchChromium()
  ours = await serveEmptyPage()
  another = await serveEmptyPage()
  server = await startTestServer({ publicUrl: originOf(ours) })
})
afterAll(async () => {
  await browser?.close()
  for (const it of [ours, another]) it?.close()
  await server?.stop()
})
beforeEach(async () => {
  person = await server.addPerson(server.admin.tenant, 'member')
  page = await browser.newPage()
  await page.goto(originOf(ours))
  devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  authenticatorId = await addAuthenticator()
})
afterEach(() => page.close())

function serveEmptyPage(): Promise<Server> {
  const it = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<title>x</title>'),
  )
  return new Promise((resolve) => it.listen(0, 'localhost', () => resolve(it)))
}

const originOf = (it: Server): string => `http://localhost:${(it.address() as AddressInfo).port}`

async function addAuthenticator(): Promise<string> {
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const
  return (await devTools.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId
}

const cookieOf = (token: string): Record<string, string> => ({
  cookie: `afterai_session=${token}`,
  'sec-fetch-site': 'same-origin',
})

/** As our own page sends it: with the session's cookie, if there is a session, and the browser's word where it comes from. */
function post<T>(
  path: string,
  body: unknown,
  { token }: { token?: string } = {},
): Promise<Answer<T & { code: string }>> {
  const headers = token === undefined ? { 'sec-fetch-site': 'same-origin' } : cookieOf(token)
  return server.send({ method: 'POST', path, body, headers })
}

type Options = Record<string, unknown>

async function optionsFrom(
  path: string,
  { token, body = {} }: { token?: string; body?: unknown } = {},
): Promise<Options> {
  return (await post<Options>(path, body, token === undefined ? {} : { token })).body
}

function create(options: Options): Promise<PasskeyAttestation> {
  const publicKey = `PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)})`
  return page.evaluate(`navigator.credentials.create({ publicKey: ${publicKey} }).then((it) => it.toJSON())`)
}

function get(options: Options): Promise<PasskeyAssertion> {
  const publicKey = `PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)})`
  return page.evaluate(`navigator.credentials.get({ publicKey: ${publicKey} }).then((it) => it.toJSON())`)
}

async function register(whose: Person): Promise<Answer<{ id: string; code: string }>> {
  const { token } = whose
  const attestation = await create(await optionsFrom('/v1/passkeys/options', { token }))
  return post('/v1/passkeys', { name: 'Laptop', attestation }, { token })
}

async function assertion(): Promise<PasskeyAssertion> {
  return get(await optionsFrom('/v1/session/passkey-options'))
}

const signIn = (it: PasskeyAssertion) => post<Session>('/v1/session/passkey', { assertion: it })

describe('P3.4: a passkey of a real browser', () => {
  test('is registered as a discoverable key whose user was verified, and signs in alone, without an address', async () => {
    const registered = await register(person)
    expect([registered.status, registered.body]).toMatchObject([201, { name: 'Laptop', synced: false }])
    const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])

    const answer = await signIn(await assertion())
    expect(answer.status).toBe(200)
    const me = await server.expectOk<{ accountId: string }>({
      path: '/v1/me',
      headers: { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' },
    })
    expect(me.accountId).toBe(person.accountId)
    const { items } = await server.expectOk<{ items: object[] }>({
      path: '/v1/sessions',
      token: answer.body.accessToken,
    })
    expect(items[0]).toMatchObject({ current: true, methods: ['passkey', 'user', 'mfa'] })
  })

  test('is asked for after the password, and completes the sign-in', async () => {
    await register(person)
    const { ticket, methods } = await beginSignIn(server, person)
    expect(methods).toEqual(['passkey', 'recovery_code'])
    const options = await optionsFrom('/v1/session/second-factor/passkey-options', { body: { ticket } })
    const proof = { method: 'passkey', assertion: await get(options) }
    const answer = await post<Session>('/v1/session/second-factor', { ticket, proof })
    expect(answer.status).toBe(200)
    expect((await server.send({ path: '/v1/me', token: answer.body.accessToken })).status).toBe(200)
  })

  test('shows again who is at a session that was authenticated a while ago', async () => {
    await register(person)
    await server.owner.query(
      `update session set authenticated_at = now() - interval '11 minutes' where account_id = $1`,
      [person.accountId],
    )
    const renew = (token: string) => post('/v1/factors/recovery-codes', {}, { token })
    expect((await renew(person.token)).body.code).toBe('step_up_required')
    const options = await optionsFrom('/v1/session/step-up/passkey-options', { token: person.token })
    const proof = { method: 'passkey', assertion: await get(options) }
    const stepped = await post('/v1/session/step-up', proof, { token: person.token })
    const [, token = ''] = /afterai_session=([^;]+)/.exec(String(stepped.headers['set-cookie'])) ?? []
    expect((await renew(token)).status).toBe(201)
  })

  test('is not registered twice: the browser knows that it has one', async () => {
    await register(person)
    await expect(register(person)).rejects.toThrow('InvalidStateError')
  })
})

describe('P3.4, ASVS 6.5.1: a passkey is refused', () => {
  test('whose user the authenticator didn’t verify', async () => {
    await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await expect(register(person)).rejects.toThrow('NotAllowedError')
    await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    expect((await register(person)).status).toBe(201)
    await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    const options = await optionsFrom('/v1/session/passkey-options')
    // A page that asks for less than the server did.
    const unverified = await get({ ...options, userVerification: 'discouraged' })
    expect((await signIn(unverified)).body.code).toBe('invalid_second_factor')
  })

  test('that signed on a page of another origin', async () => {
    await register(person)
    const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId })
    const options = await optionsFrom('/v1/session/passkey-options')
    await page.goto(originOf(another))
    const kept = await devTools.send('WebAuthn.getCredentials', { authenticatorId })
    for (const credential of kept.credentials.length === 0 ? credentials : [])
      await devTools.send('WebAuthn.addCredential', { authenticatorId, credential })
    expect((await signIn(await get(options))).body.code).toBe('invalid_second_factor')
  })

  test('whose answer comes a second time', async () => {
    await register(person)
    const once = await assertion()
    expect((await signIn(once)).status).toBe(200)
    expect((await signIn(once)).body.code).toBe('invalid_second_factor')
  })

  test('that is another person’s than the password', async () => {
    const thief = await server.addPerson(server.admin.tenant, 'member')
    await register(person)
    await devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    authenticatorId = await addAuthenticator()
    await register(thief)
    const { ticket } = await beginSignIn(server, person)
    const options = await optionsFrom('/v1/session/second-factor/passkey-options', { body: { ticket } })
    const own = await get({ ...options, allowCredentials: [] })
    const answer = await post('/v1/session/second-factor', { ticket, proof: { method: 'passkey', assertion: own } })
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_second_factor'])
  })

  test('whose counter doesn’t go up, with an event that names it', async () => {
    const { id } = (await register(person)).body
    await server.owner.query('update passkey set sign_count = 1000 where id = $1', [id])
    const answer = await signIn(await assertion())
    expect(answer.body.code).toBe('invalid_second_factor')
    const { rows } = await server.owner.query(
      'select action, outcome, resource from audit_event where request_id = $1',
      [answer.headers['x-request-id']],
    )
    expect(rows).toEqual([{ action: 'passkey.count_regressed', outcome: 'failed', resource: `passkey/${id}` }])
  })
})

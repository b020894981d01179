import { generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserClient, openBrowser } from '../../testing/browser-client.ts'
import {
  callBack,
  type FederatedServer,
  settings,
  type SignedIn,
  startFederatedServer,
} from '../../testing/federation-fixture.ts'
import { type HostileProvider, startHostileProvider } from '../../testing/hostile-provider.ts'

let it: FederatedServer
let hostile: HostileProvider
let hostileId: string

beforeAll(async () => {
  it = await startFederatedServer()
  hostile = await startHostileProvider()
  hostileId = await addProvider(hostile)
})
afterAll(async () => {
  await hostile.stop()
  await it.stop()
})

async function addProvider({ issuer, client }: HostileProvider): Promise<string> {
  const body = { ...settings, name: 'Hostile', issuer, clientId: client.id, clientSecret: client.secret }
  const { token } = it.server.admin
  return (await it.server.expectOk<{ id: string }>({ method: 'POST', path: '/v1/identity-providers', token, body })).id
}

/** Begins at the real provider and stops before the answer comes back. */
async function answered(subject: string, browser = openBrowser()): Promise<{ browser: BrowserClient; url: string }> {
  it.provider.actAs(subject)
  const start = `${it.origin}/v1/oidc/${it.providerId}/start`
  const { url } = await browser.follow(start, ({ pathname }) => pathname === '/v1/oidc/callback')
  return { browser, url: url.href }
}

interface Begun {
  readonly browser: BrowserClient
  readonly state: string
  readonly nonce: string
  readonly asked: URLSearchParams
}

async function begin(providerId = hostileId, browser = openBrowser()): Promise<Begun> {
  const response = await browser.go(`${it.origin}/v1/oidc/${providerId}/start`)
  const { searchParams: asked } = new URL(response.headers.get('location') ?? '')
  return { browser, asked, state: asked.get('state') ?? '', nonce: asked.get('nonce') ?? '' }
}

const finish = ({ browser, state }: Begun, more: Record<string, string> = {}): Promise<SignedIn> => {
  const query = new URLSearchParams({ code: 'a-code', state, iss: hostile.issuer, ...more }).toString()
  return callBack(browser, `${it.origin}/v1/oidc/callback?${query}`)
}

const person = { email: 'mallory@corp.example', email_verified: true, groups: ['staff'] }

const sessions = async (): Promise<number> =>
  Number((await it.server.owner.query<{ n: number }>('select count(*) as n from session')).rows[0]?.n)

/** The code that a sign-in was refused with. */
function refusalOf({ token, text }: SignedIn): unknown {
  return token === undefined ? (JSON.parse(text) as { code: string }).code : 'there is a session'
}

test('P3.4: the hostile provider’s right token is accepted, so that what follows is refused for what it changes', async () => {
  const begun = await begin()
  hostile.answer = { idToken: await hostile.sign({ ...person, nonce: begun.nonce }) }
  expect((await finish(begun)).status).toBe(303)
})

describe('P3.4, ASVS 6.8.2, 9.1.2: an id token that isn’t the provider’s own', () => {
  const unsigned = (claims: object, header: object): string =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const full = (nonce: string) => {
    const now = Math.floor(Date.now() / 1000)
    return { iss: hostile.issuer, aud: hostile.client.id, sub: 'mallory', iat: now, exp: now + 300, nonce, ...person }
  }
  const tokens: Readonly<Record<string, (nonce: string) => Promise<string> | string>> = {
    'alg none': (nonce) => `${unsigned(full(nonce), { alg: 'none' })}.`,
    'HS256 under the client secret': (nonce) =>
      hostile.sign({ ...person, nonce }, { alg: 'HS256', key: Buffer.from(hostile.client.secret) }),
    'another’s key': async (nonce) =>
      hostile.sign({ ...person, nonce }, { key: (await generateKeyPair('ES256')).privateKey }),
    'no signature': (nonce) => `${unsigned(full(nonce), { alg: 'ES256', kid: 'one' })}.`,
    'another audience': (nonce) => hostile.sign({ ...person, nonce, aud: 'somebody-else' }),
    'two audiences and another party': (nonce) =>
      hostile.sign({ ...person, nonce, aud: [hostile.client.id, 'x'], azp: 'x' }),
    'made for another party': (nonce) => hostile.sign({ ...person, nonce, azp: 'somebody-else' }),
    'another issuer': (nonce) => hostile.sign({ ...person, nonce, iss: it.provider.issuer }),
    expired: (nonce) => hostile.sign({ ...person, nonce, exp: Math.floor(Date.now() / 1000) - 60 }),
    'another nonce': () => hostile.sign({ ...person, nonce: 'of-another-sign-in' }),
    'no nonce': () => hostile.sign(person),
    garbage: () => 'a.b.c',
  }

  test.each(Object.entries(tokens))('%s', async (_what, make) => {
    const before = await sessions()
    const begun = await begin()
    hostile.answer = { idToken: await make(begun.nonce) }
    expect(refusalOf(await finish(begun))).toBe('sign_in_failed')
    expect(await sessions()).toBe(before)
  })
})

describe('P3.4, ASVS 10.2.1: an answer counts only in the browser that asked, once', () => {
  test('another browser’s answer is refused (login CSRF), and the one it belongs to can still use it', async () => {
    const attacker = await answered('ada')
    const victim = await answered('bo')
    expect(refusalOf(await callBack(victim.browser, attacker.url))).toBe('sign_in_failed')
    expect(refusalOf(await callBack(openBrowser(), attacker.url))).toBe('sign_in_failed')
    expect((await callBack(attacker.browser, attacker.url)).status).toBe(303)
  })

  test('the same answer a second time is refused', async () => {
    const { browser, url } = await answered('ada')
    expect((await callBack(browser, url)).status).toBe(303)
    expect(refusalOf(await callBack(browser, url))).toBe('sign_in_failed')
  })

  test('two at once make one session', async () => {
    const before = await sessions()
    const { browser, url } = await answered('ada')
    const answers = await Promise.all([browser.go(url), browser.go(url), browser.go(url)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 401, 401])
    expect(await sessions()).toBe(before + 1)
  })

  test('a code of another’s sign-in is refused, since its verifier is in another browser', async () => {
    const theirs = new URL((await answered('ada')).url)
    const { browser, url } = await answered('bo')
    const injected = new URL(url)
    injected.searchParams.set('code', theirs.searchParams.get('code') ?? '')
    expect(refusalOf(await callBack(browser, injected.href))).toBe('sign_in_failed')
  })

  test('a state that was altered, is missing or comes twice is refused', async () => {
    const { browser, url } = await answered('ada')
    const altered = new URL(url)
    altered.searchParams.set('state', 'A'.repeat(43))
    expect(refusalOf(await callBack(browser, altered.href))).toBe('sign_in_failed')
    altered.searchParams.delete('state')
    expect(refusalOf(await callBack(browser, altered.href))).toBe('sign_in_failed')
    expect(refusalOf(await callBack(browser, `${url}&state=x`))).toBe('sign_in_failed')
  })

  test('a sign-in that took too long is refused', async () => {
    const { browser, url } = await answered('ada')
    await it.server.owner.query(`update oidc_transaction set expires_at = now()`)
    expect(refusalOf(await callBack(browser, url))).toBe('sign_in_failed')
  })

  test('PKCE is asked for with S256, and the verifier that is sent belongs to it', async () => {
    const begun = await begin()
    hostile.answer = 'error'
    await finish(begun)
    expect(begun.asked.get('code_challenge_method')).toBe('S256')
    const verifier = hostile.tokenRequests.at(-1)?.get('code_verifier') ?? ''
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url')
    expect(begun.asked.get('code_challenge')).toBe(digest)
  })

  test('the provider refuses to exchange a code without its verifier', async () => {
    const code = new URL((await answered('ada')).url).searchParams.get('code') ?? ''
    const { id, secret } = it.provider.client
    const response = await fetch(`${it.provider.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: `${it.origin}/v1/oidc/callback`,
      }),
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_grant' }])
  })
})

describe('P3.4, ASVS 10.2.1: an answer that names another provider (mix-up)', () => {
  test.each([
    ['another issuer', (): Record<string, string> => ({ iss: it.provider.issuer })],
    ['an issuer that is empty', (): Record<string, string> => ({ iss: '' })],
  ])('%s', async (_what, more) => {
    const begun = await begin()
    hostile.answer = { idToken: await hostile.sign({ ...person, nonce: begun.nonce }) }
    const before = hostile.tokenRequests.length
    expect(refusalOf(await finish(begun, more()))).toBe('sign_in_failed')
    // The code isn't handed on.
    expect(hostile.tokenRequests).toHaveLength(before)
  })

  test('no issuer, of a provider that names itself', async () => {
    const { browser, state } = await begin()
    expect(refusalOf(await callBack(browser, `${it.origin}/v1/oidc/callback?code=x&state=${state}`))).toBe(
      'sign_in_failed',
    )
  })
})

describe('P3.4, ASVS 6.8.1: an e-mail address is nobody’s identity', () => {
  const signInAs = async (claims: Record<string, unknown>): Promise<SignedIn> => {
    const begun = await begin()
    hostile.answer = { idToken: await hostile.sign({ ...person, ...claims, nonce: begun.nonce }) }
    return finish(begun)
  }

  test('a second provider that tells a member’s address unverified gets nothing', async () => {
    const victim = await it.server.addPerson(it.server.admin.tenant, 'approver')
    await it.server.owner.query(`update membership set email = 'victim@corp.example' where account_id = $1`, [
      victim.accountId,
    ])
    for (const emailVerified of [false, undefined, 'true']) {
      const claims = { sub: 'thief', email: 'victim@corp.example', email_verified: emailVerified }
      expect(refusalOf(await signInAs(claims))).toBe('not_let_in')
    }
  })

  test('nor does one that tells a verified address of a domain that it may not vouch for', async () => {
    const victim = await it.server.addPerson(it.server.admin.tenant, 'approver')
    const claims = { sub: 'thief-2', email: victim.email, email_verified: true }
    expect(refusalOf(await signInAs(claims))).toBe('not_let_in')
    const below = { sub: 'thief-3', email: 'x@corp.example.evil.example', email_verified: true }
    expect(refusalOf(await signInAs(below))).toBe('not_let_in')
  })

  test('an address that went to another person at the provider doesn’t take the account along', async () => {
    const first = await signInAs({ sub: 'first-owner', email: 'shared@corp.example' })
    expect(first.status).toBe(303)
    expect(refusalOf(await signInAs({ sub: 'second-owner', email: 'shared@corp.example' }))).toBe('not_let_in')
  })

  test('the same subject of two providers is two people', async () => {
    const [real, other] = [await it.signIn('ada'), await signInAs({ sub: 'ada', email: 'other-ada@corp.example' })]
    const [a, b] = [await it.me(real.token), await it.me(other.token)]
    expect(a.body.accountId).not.toBe(b.body.accountId)
  })

  test('an unverified address makes nobody a member', async () => {
    const claims = { sub: 'fresh', email: 'fresh@corp.example', email_verified: false }
    expect(refusalOf(await signInAs(claims))).toBe('not_let_in')
  })

  test('an account that a provider makes takes up no address to sign in with, so its owner can have it elsewhere', async () => {
    const signedIn = await signInAs({ sub: 'squatter', email: 'squatted@corp.example' })
    const { accountId } = (await it.me(signedIn.token)).body
    const { rows } = await it.server.owner.query('select email, password_hash from account where id = $1', [accountId])
    expect(rows).toEqual([{ email: null, password_hash: null }])
  })
})

describe('P3.4, ASVS 8.4.1: a provider speaks for its own tenant alone', () => {
  test('a session that it opened can’t switch to another tenant of the account, nor see that there is one', async () => {
    const { server } = it
    const victim = await server.addPerson(await server.addTenant('elsewhere'), 'admin')
    const email = 'both@corp.example'
    await server.owner.query(
      `insert into membership (tenant_id, account_id, role, name, email) values ($1, $2, 'viewer', 'Both', $3)`,
      [server.admin.tenant.id, victim.accountId, email],
    )
    const begun = await begin()
    hostile.answer = { idToken: await hostile.sign({ ...person, sub: 'both', email, nonce: begun.nonce }) }
    const { token } = await finish(begun)
    const me = await it.me(token)
    expect(me.body).toMatchObject({ accountId: victim.accountId, tenants: [{ slug: 'acme' }] })
    const body = { tenant: 'elsewhere' }
    const switched = await server.send({ method: 'POST', path: '/v1/session/switch', token, body })
    expect(switched.body['code']).toBe('provider_session')
  })
})

describe('P3.4: a provider that fails', () => {
  const closed = async (): Promise<string> => {
    const gone = await startHostileProvider()
    const id = await addProvider(gone)
    await gone.stop()
    return id
  }

  test('is told of as such at the start', async () => {
    const { status, body } = await it.server.send({ path: `/v1/oidc/${await closed()}/start` })
    expect([status, body['code']]).toEqual([502, 'provider_unavailable'])
  })

  test.each([
    ['silence', 'provider_unavailable'],
    ['error', 'sign_in_failed'],
    ['redirect', 'sign_in_failed'],
    ['too much', 'sign_in_failed'],
  ] as const)(
    'leaves nothing half done: %s',
    async (answer, code) => {
      const before = await sessions()
      const begun = await begin()
      hostile.answer = answer
      expect(refusalOf(await finish(begun))).toBe(code)
      expect(await sessions()).toBe(before)
      const { rows } = await it.server.owner.query(
        `select outcome, details from audit_event where action = 'session.sign_in' order by id desc limit 1`,
      )
      expect(rows).toMatchObject([{ outcome: 'failed', details: { providerId: hostileId } }])
    },
    20_000,
  )

  test('its refusal is told in words of ours', async () => {
    const { browser, state } = await begin()
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: '<b>evil',
      state,
      iss: hostile.issuer,
    })
    const refused = await callBack(browser, `${it.origin}/v1/oidc/callback?${query.toString()}`)
    expect(refusalOf(refused)).toBe('sign_in_failed')
    expect(refused.text).not.toContain('evil')
  })

  test('what describes itself as another issuer, or signs only with shared secrets, isn’t kept', async () => {
    const { token } = it.server.admin
    for (const metadata of [
      { issuer: 'http://127.0.0.1:1' },
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
      { jwks_uri: undefined },
      { token_endpoint: 'http://10.0.0.1/token' },
      { code_challenge_methods_supported: ['plain'] },
    ]) {
      const bad = await startHostileProvider(metadata)
      const body = { ...settings, issuer: bad.issuer, clientId: 'x', clientSecret: 'y' }
      const answer = await it.server.send({ method: 'POST', path: '/v1/identity-providers', token, body })
      expect([answer.body['code'], metadata]).toEqual(['unusable_provider', metadata])
      await bad.stop()
    }
  })
})

describe('P5.3, ASVS 6.3.1: an address that guesses states of sign-ins', () => {
  const guess = (address: string, state: string = crypto.randomUUID(), cookie = 'x'.repeat(43)) =>
    it.server.http.inject({
      url: `/v1/oidc/callback?state=${state}&code=x`,
      remoteAddress: address,
      headers: { cookie: `afterai_oidc=${cookie}; __Host-afterai_oidc=${cookie}` },
    })

  test('waits after thirty, whether it sends a cookie or not, and others don’t', async () => {
    const answers = []
    for (let n = 0; n < 32; n += 1) answers.push(await guess('198.51.100.1', undefined, n % 2 === 0 ? '' : undefined))
    const codes = answers.map((answer) => answer.json<{ code: string }>().code)
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'sign_in_failed'))
    expect(codes.at(-1)).toBe('too_many_attempts')
    expect(answers.at(-1)?.statusCode).toBe(429)
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect((await guess('203.0.113.1')).statusCode).toBe(401)
  })

  test('is counted for a right state in another’s browser, which stays good for its own', async () => {
    const { browser, url } = await answered('ada')
    const state = new URL(url).searchParams.get('state') ?? ''
    for (let n = 0; n < 31; n += 1) await guess('198.51.101.1', state)
    expect((await guess('198.51.101.1', state)).statusCode).toBe(429)
    expect((await callBack(browser, url)).status).toBe(303)
  })

  test('doesn’t delay a right one of its own network', async () => {
    const { browser, url } = await answered('ada')
    for (let n = 0; n < 40; n += 1) await guess('127.0.0.1')
    expect((await guess('127.0.0.1')).statusCode).toBe(429)
    expect((await callBack(browser, url)).status).toBe(303)
  })
})

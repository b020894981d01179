import { describe, expect, test } from 'vitest'
import { afterai, startStandIn, type Received, type Reply, type StandIn } from './harness.ts'
import { ids, me, session } from './samples.ts'

const password = 'a password of one sentence'
const ticket = 'aftr_ticket_secret'
const recoveryCode = 'ABCDE-FGHJK-MNPQR-STVWX'

/** The environment without the API key, so that sessions are used. */
function signedOut({ env }: StandIn): Record<string, string> {
  const { AFTERAI_API_KEY: _key, ...others } = env
  return others
}

const bodyOf = ({ body }: Received | undefined = { body: '{}' } as Received): unknown => JSON.parse(body)

/** A server that wants a second factor of these kinds. */
const wanting = (...methods: string[]) =>
  startStandIn({
    'GET /v1/me': () => [200, me],
    'POST /v1/session': () => [202, { ticket, methods, expiresAt: '2030-01-01T00:00:00.000Z' }],
    'POST /v1/session/second-factor': () => [200, session('ada', 600)],
  })

describe('P3.4: signing in with a second factor', () => {
  const login = ['login', '--email', 'ada@example.com']
  test.each([
    [
      'is asked for where there is a terminal',
      login,
      { answers: [password, '123 456'] },
      { method: 'totp', code: '123456' },
    ],
    [
      'may be a recovery code',
      login,
      { answers: [password, recoveryCode] },
      { method: 'recovery_code', code: recoveryCode },
    ],
    [
      'is given by an option',
      [...login, '--password-stdin', '--code', '123456'],
      { stdin: password },
      { method: 'totp', code: '123456' },
    ],
    [
      'is given by an option, as a recovery code',
      [...login, '--password-stdin', '--recovery-code', recoveryCode],
      { stdin: password },
      { method: 'recovery_code', code: recoveryCode },
    ],
    [
      'is piped in after the password, so that neither is in a list of processes',
      [...login, '--password-stdin', '--code-stdin'],
      { stdin: `${password}\n123456\n` },
      { method: 'totp', code: '123456' },
    ],
  ])('%s', async (_how, args, run, proof) => {
    const server = await wanting('totp', 'recovery_code')
    const ran = await afterai(args, { env: signedOut(server), ...run })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Ada') })
    expect(bodyOf(server.received[0])).toEqual({ email: 'ada@example.com', password })
    expect(bodyOf(server.received[1])).toEqual({ ticket, proof })
    expect(ran.stdout + ran.stderr).not.toMatch(/aftr_ticket|123 ?456|ABCDE|a password of one/)
    expect(server.received[2]?.headers.authorization).toBe('Bearer access-ada')
  })

  test('says how to give it where there is no terminal, and that a passkey needs a browser', async () => {
    const app = await wanting('totp')
    const args = [...login, '--password-stdin']
    const none = await afterai(args, { env: signedOut(app), stdin: password })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--code-stdin') })
    const passkey = await wanting('passkey')
    const browser = await afterai(args, { env: signedOut(passkey), stdin: password })
    expect(browser).toMatchObject({ code: 3, stderr: expect.stringContaining('browser') })
  })

  test.each([
    ['from the environment', ['--setup', '--password-stdin'], { AFTERAI_LOGIN_CODE: 'SET-UP' }, password],
    ['from standard input', ['--setup', '--password-stdin', '--code-stdin'], {}, `${password}\nSET-UP\n`],
  ])('the code of set-up may come %s', async (_where, options, env, stdin) => {
    const server = await startStandIn({
      'GET /v1/me': () => [200, me],
      'POST /v1/setup': () => [200, session('ada', 600)],
    })
    const ran = await afterai([...login, ...options], { env: { ...signedOut(server), ...env }, stdin })
    expect(ran.code).toBe(0)
    expect(bodyOf(server.received[0])).toMatchObject({ code: 'SET-UP', password })
  })

  test('an invitation’s code is asked for where there is a terminal', async () => {
    const server = await startStandIn({
      'GET /v1/me': () => [200, me],
      'POST /v1/invitations/accept': () => [200, session('bo', 600)],
    })
    const ran = await afterai(['login', '--invitation', '--name', 'Bo'], {
      env: signedOut(server),
      answers: ['INVITED', password, password],
    })
    expect(ran.code).toBe(0)
    expect(bodyOf(server.received[0])).toEqual({ code: 'INVITED', name: 'Bo', password })
  })
})

describe('P3.4: a server that wants to see again who it is', () => {
  const stale: Reply = [403, { code: 'step_up_required', title: 'Show again that it is you' }]
  const key = {
    id: ids.change,
    accountId: ids.person,
    accountName: 'Ada',
    name: 'ci',
    prefix: 'aftr_live_abcd',
    scopes: ['system:read'],
    createdAt: '2026-11-23T10:00:00.000Z',
    expiresAt: null,
    expiresSoon: false,
    lastUsedAt: null,
    lastUsedAddress: null,
    revokedAt: null,
    replacedBy: null,
  }
  const create = ['key', 'create', 'ci', '--scope', 'system:read']

  async function startStale(totp: boolean): Promise<{ server: StandIn; env: Record<string, string> }> {
    const factors = {
      password: true,
      totp: totp ? { confirmedAt: '2026-11-23T10:00:00.000Z' } : null,
      recoveryCodesLeft: 10,
      passkeys: [],
    }
    const server = await startStandIn({
      'GET /v1/me': () => [200, me],
      'GET /v1/factors': () => [200, factors],
      'POST /v1/session': () => [200, session('old', 600)],
      'POST /v1/session/step-up': () => [200, session('new', 600)],
      'POST /v1/api-keys': ({ headers }) =>
        headers.authorization === 'Bearer access-new' ? [201, { ...key, key: 'aftr_live_made' }] : stale,
    })
    const env = signedOut(server)
    await afterai(['login', '--email', 'ada@example.com', '--password-stdin'], { env, stdin: password })
    return { server, env }
  }

  test.each([
    ['for the password', false, password, { method: 'password', password }],
    ['for a code where there is an app', true, '123456', { method: 'totp', code: '123456' }],
  ])('is answered by asking %s, once, and the new session is kept', async (_what, totp, answer, proof) => {
    const { server, env } = await startStale(totp)
    const ran = await afterai(create, { env, answers: [answer] })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('aftr_live_made') })
    const steps = server.received.filter(({ path }) => path === '/v1/session/step-up')
    expect(steps.map(bodyOf)).toEqual([proof])
    await afterai(['whoami'], { env })
    expect(server.received.at(-1)?.headers.authorization).toBe('Bearer access-new')
  })

  test('is told where there is nobody to ask', async () => {
    const { server, env } = await startStale(false)
    const ran = await afterai(create, { env })
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('Show again that it is you') })
    expect(ran.stderr).toContain('Sign in again with `afterai login`')
    expect(ran.stderr).not.toContain('/v1/')
    expect(server.received.filter(({ path }) => path === '/v1/session/step-up')).toEqual([])
  })
})

describe('P3.2: one’s own credentials and sessions', () => {
  const item = {
    id: ids.change,
    tenant: 'main',
    current: true,
    createdAt: '2026-11-23T10:00:00.000Z',
    usedAt: '2026-11-23T10:00:00.000Z',
    expiresAt: '2026-11-23T22:00:00.000Z',
    authenticatedAt: '2026-11-23T10:00:00.000Z',
    methods: ['pwd', 'otp', 'mfa'],
    address: '127.0.0.1',
    device: 'afterai on Linux',
  }
  const done: Reply = [204, undefined]

  test('sessions are listed, and ended one by one, all but this one, or a member’s', async () => {
    const server = await startStandIn({
      'GET /v1/sessions': () => [200, { items: [item], nextCursor: null }],
      [`DELETE /v1/sessions/${ids.change}`]: () => done,
      'DELETE /v1/sessions': () => done,
      [`DELETE /v1/members/${ids.person}/sessions`]: () => done,
    })
    const { env } = server
    expect((await afterai(['session', 'list'], { env })).stdout).toMatch(/this one .*afterai on Linux/)
    expect((await afterai(['session', 'end', 'c001'], { env })).code).toBe(0)
    expect((await afterai(['session', 'end', '--others'], { env })).code).toBe(0)
    expect((await afterai(['session', 'end', '--member', ids.person], { env })).code).toBe(0)
    expect((await afterai(['session', 'end'], { env })).code).toBe(2)
    expect((await afterai(['session', 'end', 'c001', '--others'], { env })).code).toBe(2)
    expect(server.received.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      `/v1/sessions/${ids.change}`,
      '/v1/sessions',
      `/v1/members/${ids.person}/sessions`,
    ])
    expect(server.received[0]?.headers['user-agent']).toMatch(/^afterai\/\d/)
  })

  test('an app is enrolled, confirmed and removed; recovery codes are renewed', async () => {
    const codes = { recoveryCodes: [recoveryCode] }
    const server = await startStandIn({
      'POST /v1/factors/totp': () => [201, { secret: 'JBSWY3DP', uri: 'otpauth://totp/x?secret=JBSWY3DP' }],
      'POST /v1/factors/totp/confirm': () => [200, codes],
      'DELETE /v1/factors/totp': () => done,
      'POST /v1/factors/recovery-codes': () => [201, codes],
    })
    const { env } = server
    expect((await afterai(['factor', 'totp', 'enrol'], { env })).stdout).toContain('otpauth://totp/x?secret=JBSWY3DP')
    const confirmed = await afterai(['factor', 'totp', 'confirm', '--code-stdin'], { env, stdin: '123 456\n' })
    expect(confirmed).toMatchObject({ code: 0, stdout: `${recoveryCode}\n` })
    expect(bodyOf(server.received[1])).toEqual({ code: '123456' })
    expect((await afterai(['factor', 'totp', 'remove'], { env })).code).toBe(2)
    expect((await afterai(['factor', 'totp', 'remove'], { env, answers: ['y'] })).code).toBe(0)
    expect((await afterai(['factor', 'recovery-codes', '--json'], { env })).stdout).toContain(recoveryCode)
  })

  test('a password is changed, typed or piped; two different new ones are refused', async () => {
    const server = await startStandIn({ 'PUT /v1/password': () => done })
    const { env } = server
    const piped = await afterai(['password', 'change', '--password-stdin'], {
      env,
      stdin: `${password}\nanother one\n`,
    })
    expect(piped.code).toBe(0)
    expect(bodyOf(server.received[0])).toEqual({ currentPassword: password, newPassword: 'another one' })
    expect((await afterai(['password', 'change'], { env, answers: [password, 'new', 'other'] })).code).toBe(2)
    expect((await afterai(['password', 'change'], { env, answers: [password, 'new', 'new'] })).code).toBe(0)
    expect((await afterai(['password', 'change'], { env })).code).toBe(2)
    expect(server.received).toHaveLength(2)
    const answers = [password, 'new', 'new']
    expect((await afterai(['password', 'change', '--end-api-keys'], { env, answers })).code).toBe(0)
    expect(bodyOf(server.received[2])).toMatchObject({ endApiKeys: true })
  })
})

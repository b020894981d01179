import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, startStandIn, type Reply, type StandIn } from './harness.ts'
import { me, session } from './samples.ts'

const password = 'a password of one sentence'
const whoami = { 'GET /v1/me': (): Reply => [200, me] }

/** The environment without the API key, so that sessions are used. */
function signedOut({ env }: StandIn): Record<string, string> {
  const { AFTERAI_API_KEY: _key, ...others } = env
  return others
}

test('keeps a session in a file that its owner alone can read', async () => {
  const server = await startStandIn({ ...whoami, 'POST /v1/session': () => [200, session('ada', 600)] })
  const env = signedOut(server)
  const ran = await afterai(['login', '--email', 'ada@example.com', '--password-stdin'], {
    env,
    stdin: `${password}\n`,
  })
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Ada') })
  const file = join(String(env['XDG_CONFIG_HOME']), 'afterai', 'credentials.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700)
  expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ email: 'ada@example.com', password })
  expect(server.received[1]?.headers.authorization).toBe('Bearer access-ada')
})

test('goes to the one server at which the profile is signed in, where none is named; a key goes nowhere by itself', async () => {
  const server = await startStandIn({ ...whoami, 'POST /v1/session': () => [200, session('ada', 600)] })
  const { AFTERAI_URL: url = '', ...env } = signedOut(server)
  const login = ['login', '--email', 'ada@example.com', '--password-stdin', '--url', url]
  expect((await afterai(login, { env, stdin: password })).code).toBe(0)
  expect(await afterai(['whoami'], { env })).toMatchObject({ code: 0, stdout: expect.stringContaining('Ada') })
  const asked = server.received.length
  // Another profile, and a key, are sent to the usual address: nothing answers there.
  for (const other of [
    { AFTERAI_PROFILE: 'bo' },
    { AFTERAI_API_KEY: 'aai_key' },
    { AFTERAI_URL: 'http://127.0.0.1:9' },
  ])
    expect((await afterai(['whoami'], { env: { ...env, ...other } })).code).not.toBe(0)
  expect(server.received).toHaveLength(asked)
  // Signed in at two, it is the usual one that is meant.
  const second = await startStandIn({ ...whoami, 'POST /v1/session': () => [200, session('ada', 600)] })
  const again = [...login.slice(0, -1), second.url]
  expect((await afterai(again, { env, stdin: password })).code).toBe(0)
  expect((await afterai(['whoami'], { env })).stderr).toContain('127.0.0.1:4680')
})

test('P3.3: prints no token and no password, whatever the answer', async () => {
  const server = await startStandIn({ ...whoami, 'POST /v1/session': () => [200, session('secret', 600)] })
  const env = signedOut(server)
  const runs = [
    await afterai(['login', '--email', 'a@example.com', '--password-stdin'], { env, stdin: password }),
    await afterai(['login', '--email', 'a@example.com', '--password-stdin', '--json'], { env, stdin: password }),
    await afterai(['login', '--email', 'a@example.com'], { env, answers: [password] }),
    await afterai(['whoami', '--json'], { env }),
  ]
  for (const { code, stdout, stderr } of runs) {
    expect(code).toBe(0)
    expect(stdout + stderr).not.toMatch(/access-secret|refresh-secret|a password of one sentence/)
  }
})

test('asks for a new password twice, and refuses two different ones', async () => {
  const server = await startStandIn({ ...whoami, 'POST /v1/setup': () => [200, session('ada', 600)] })
  const args = ['login', '--setup', 'CODE', '--email', 'ada@example.com']
  const env = signedOut(server)
  expect(await afterai(args, { env, answers: [password, 'another password than that'] })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The two passwords differ.'),
  })
  expect(server.received).toHaveLength(0)
  expect((await afterai(args, { env, answers: [password, password] })).code).toBe(0)
  expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
    code: 'CODE',
    email: 'ada@example.com',
    name: 'ada',
    password,
  })
})

test('does not wait for a password where there is no terminal', async () => {
  const server = await startStandIn({})
  const ran = await afterai(['login', '--email', 'ada@example.com'], { env: signedOut(server) })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--password-stdin') })
})

/** A server at which every refresh handle can be spent once, and a session that has run out. */
async function startRotating(): Promise<{ server: StandIn; env: Record<string, string>; spent: string[] }> {
  const spent: string[] = []
  const server = await startStandIn({
    'POST /v1/session': () => [200, session('0', -1)],
    'POST /v1/session/refresh': ({ body }) => {
      const { refreshHandle } = JSON.parse(body) as { refreshHandle: string }
      if (spent.includes(refreshHandle)) return [401, { code: 'session_revoked', title: 'The session has ended' }]
      spent.push(refreshHandle)
      return [200, session(String(spent.length), 600)]
    },
    'GET /v1/me': ({ headers }) =>
      headers.authorization === 'Bearer access-0' ? [401, { code: 'unauthenticated', title: 'no' }] : [200, me],
  })
  const env = signedOut(server)
  await afterai(['login', '--email', 'ada@example.com', '--password-stdin'], { env, stdin: password })
  return { server, env, spent }
}

test('renews an access token that has run out before it is used', async () => {
  const { env, spent, server } = await startRotating()
  expect((await afterai(['whoami'], { env })).code).toBe(0)
  expect(spent).toEqual(['refresh-0'])
  expect(server.received.filter(({ headers }) => headers.authorization === 'Bearer access-0')).toEqual([])
})

test('P3.2: commands at the same time spend a refresh handle once', async () => {
  const spent: string[] = []
  const server = await startStandIn({
    'POST /v1/session': () => [200, session('0', 600)],
    'POST /v1/session/refresh': ({ body }) => {
      const { refreshHandle } = JSON.parse(body) as { refreshHandle: string }
      spent.push(refreshHandle)
      return [200, session(String(spent.length), 600)]
    },
    'GET /v1/me': () => [200, me],
  })
  const env = signedOut(server)
  await afterai(['login', '--email', 'ada@example.com', '--password-stdin'], { env, stdin: password })
  const file = join(String(env['XDG_CONFIG_HOME']), 'afterai', 'credentials.json')
  const expired = JSON.stringify({ version: 1, servers: { [server.url]: { default: session('0', -1) } } })
  await writeFile(file, expired)
  const runs = await Promise.all(Array.from({ length: 8 }, async () => afterai(['whoami'], { env })))
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  expect(spent).toEqual(['refresh-0'])
})

test('renews a token that the server refuses early, once', async () => {
  const server = await startStandIn({
    'POST /v1/session': () => [200, session('old', 600)],
    'POST /v1/session/refresh': () => [200, session('new', 600)],
    'GET /v1/me': ({ headers }) =>
      headers.authorization === 'Bearer access-new' ? [200, me] : [401, { code: 'unauthenticated', title: 'no' }],
  })
  const env = signedOut(server)
  expect(
    (await afterai(['login', '--email', 'a@example.com', '--password-stdin'], { env, stdin: password })).code,
  ).toBe(0)
})

test('forgets a session that has ended, and says how to sign in', async () => {
  const server = await startStandIn({
    'POST /v1/session': () => [200, session('0', -1)],
    'POST /v1/session/refresh': () => [401, { code: 'session_revoked', title: 'The session has ended' }],
  })
  const env = signedOut(server)
  await afterai(['login', '--email', 'a@example.com', '--password-stdin'], { env, stdin: password })
  const first = await afterai(['whoami'], { env })
  expect(first).toMatchObject({ code: 3, stderr: expect.stringContaining('afterai login') })
  const sent = server.received.length
  expect((await afterai(['whoami'], { env })).code).toBe(3)
  expect(server.received).toHaveLength(sent)
})

test('keeps the sessions of two people apart by profile', async () => {
  const server = await startStandIn({
    'POST /v1/session': ({ body }) => [200, session((JSON.parse(body) as { email: string }).email, 600)],
    'GET /v1/me': () => [200, me],
    'DELETE /v1/session': () => [204, undefined],
  })
  const env = signedOut(server)
  for (const who of ['ada', 'bo'])
    await afterai(['login', '--email', `${who}@x.org`, '--password-stdin', '--profile', who], { env, stdin: password })
  await afterai(['whoami', '--profile', 'ada'], { env })
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer access-ada@x.org')
  expect((await afterai(['logout', '--profile', 'ada'], { env })).code).toBe(0)
  expect((await afterai(['whoami', '--profile', 'ada'], { env })).code).toBe(3)
  expect((await afterai(['whoami'], { env: { ...env, AFTERAI_PROFILE: 'bo' } })).code).toBe(0)
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer access-bo@x.org')
})

test('closes a credentials file that others could read, and refuses a damaged one', async () => {
  const server = await startStandIn({ ...whoami, 'POST /v1/session': () => [200, session('ada', 600)] })
  const env = signedOut(server)
  await afterai(['login', '--email', 'a@example.com', '--password-stdin'], { env, stdin: password })
  const file = join(String(env['XDG_CONFIG_HOME']), 'afterai', 'credentials.json')
  const content = await readFile(file)
  await chmod(file, 0o644)
  expect((await afterai(['whoami'], { env })).code).toBe(0)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await writeFile(file, content.subarray(0, 40))
  const ran = await afterai(['whoami'], { env })
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('damaged') })
  expect(ran.stderr).not.toContain('access-ada')
})

test('an API key takes the place of a session', async () => {
  const server = await startStandIn(whoami)
  expect((await afterai(['whoami'], { env: server.env })).code).toBe(0)
  expect(server.received[0]?.headers.authorization).toBe('Bearer aftr_live_test')
})

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, type Reply, startStandIn, type StandIn, temporaryFolder } from './harness.ts'
import { me, session } from './samples.ts'

const asked = {
  deviceCode: 'aftr_device_secret',
  userCode: 'BCDF-GHJK',
  verificationUri: 'https://afterai.example/device',
  expiresInSeconds: 600,
  intervalSeconds: 0,
}
const providerId = '01a20a5b-6239-705d-b9f2-c38849688556'
const corp = { id: providerId, name: 'Corp', startPath: `/v1/oidc/${providerId}/start` }

function signedOut({ env }: StandIn): Record<string, string> {
  const { AFTERAI_API_KEY: _key, ...others } = env
  return others
}

/** A server at which a device is approved once it has asked twice. */
function approving(): Readonly<Record<string, () => Reply>> {
  let polls = 0
  return {
    'GET /v1/me': () => [200, me],
    'POST /v1/device-authorizations': () => [201, asked],
    'POST /v1/device-authorizations/token': () =>
      (polls += 1) < 3 ? [400, { code: 'authorization_pending' }] : [200, session('device', 600)],
  }
}

test('P3.4: prints the code and the address, waits, and keeps the session', async () => {
  const server = await startStandIn(approving())
  const env = signedOut(server)
  const ran = await afterai(['login', '--device'], { env })
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Ada') })
  expect(ran.stderr).toContain('Open:  https://afterai.example/device?code=BCDF-GHJK\nCode:  BCDF-GHJK\n')
  expect(ran.stderr).toContain('afterai session approve BCDF-GHJK')
  expect(ran.stdout + ran.stderr).not.toMatch(/aftr_device_secret|access-device|refresh-device/)
  const kept = await readFile(join(String(env['XDG_CONFIG_HOME']), 'afterai', 'credentials.json'), 'utf8')
  expect(kept).toContain('refresh-device')
  expect(server.received.filter(({ path }) => path.endsWith('/token'))).toHaveLength(3)
})

test('P3.4: shows the code with --json too, on standard error', async () => {
  const server = await startStandIn(approving())
  const ran = await afterai(['login', '--device', '--json'], { env: signedOut(server) })
  expect(ran.stderr).toContain('BCDF-GHJK')
  expect(JSON.parse(ran.stdout)).toMatchObject({ name: 'Ada' })
})

test('P3.4: leads to the tenant’s identity provider with --sso', async () => {
  const server = await startStandIn({
    ...approving(),
    'GET /v1/sign-in-options': () => [200, { password: true, providers: [corp] }],
  })
  const ran = await afterai(['login', '--sso', '--tenant', 'acme'], { env: signedOut(server) })
  expect(ran.stderr).toContain(`${server.url}/v1/oidc/${providerId}/start?device=BCDF-GHJK`)
  expect(ran.code).toBe(0)
  expect(JSON.parse(server.received[1]?.body ?? '')).toMatchObject({ tenant: 'acme' })
})

test('P3.4: says what is missing for --sso', async () => {
  const several = { password: true, providers: [corp, { ...corp, name: 'Other' }] }
  const server = await startStandIn({
    'GET /v1/sign-in-options': ({ query }) =>
      query.get('tenant') === 'acme' ? [200, several] : [200, { password: true, providers: [] }],
  })
  const env = signedOut(server)
  expect(await afterai(['login', '--sso'], { env })).toMatchObject({ code: 2 })
  expect(await afterai(['login', '--sso', '--tenant', 'none'], { env })).toMatchObject({ code: 1 })
  const ran = await afterai(['login', '--sso', '--tenant', 'acme'], { env })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--provider') })
})

test.each(['access_denied', 'expired_token'])('P3.4: ends when the server says %s', async (code) => {
  const server = await startStandIn({
    'POST /v1/device-authorizations': () => [201, asked],
    'POST /v1/device-authorizations/token': () => [code === 'access_denied' ? 403 : 400, { code }],
  })
  expect((await afterai(['login', '--device'], { env: signedOut(server) })).code).toBeGreaterThan(0)
  expect(server.received).toHaveLength(2)
})

test('P3.4: shows who asks before approving, and takes no for an answer', async () => {
  const asker = { clientLabel: 'afterai on laptop', address: '192.0.2.7', requestedAt: '2026-11-24T10:00:00.000Z' }
  const server = await startStandIn({
    'POST /v1/device-authorizations/lookup': () => [200, { ...asker, expiresAt: asker.requestedAt }],
    'POST /v1/device-authorizations/decision': ({ body }) => [
      200,
      { ...(JSON.parse(body) as object), clientLabel: 'x' },
    ],
  })
  const { env } = server
  const approve = ['session', 'approve', 'BCDF-GHJK']
  expect((await afterai(approve, { env })).code).toBe(2)
  const no = await afterai(approve, { env, answers: ['n'] })
  expect(no).toMatchObject({ code: 1, stderr: expect.stringContaining('192.0.2.7') })
  expect(server.received.filter(({ path }) => path.endsWith('/decision'))).toEqual([])
  expect(await afterai(approve, { env, answers: ['y'] })).toMatchObject({ code: 0, stdout: 'Approved.\n' })
  expect(await afterai(['session', 'deny', 'BCDF-GHJK', '--yes'], { env })).toMatchObject({ stdout: 'Denied.\n' })
})

test('P3.3: takes a client secret from a file or standard input, and sends what was given alone', async () => {
  const view = {
    id: providerId,
    name: 'Corp',
    issuer: 'https://login.corp.example',
    clientId: 'afterai',
    scopes: ['openid'],
    groupsClaim: 'groups',
    roleMapping: [{ group: 'a=b', role: 'member' }],
    defaultRole: null,
    allowedDomains: [],
    createsMembers: true,
    enforced: false,
    redirectUri: 'https://afterai.example/v1/oidc/callback',
    createdAt: '2026-11-24T10:00:00.000Z',
    updatedAt: '2026-11-24T10:00:00.000Z',
  }
  const server = await startStandIn({
    'POST /v1/identity-providers': () => [201, view],
    'GET /v1/identity-providers': () => [200, { items: [view], nextCursor: null }],
    [`PUT /v1/identity-providers/${providerId}`]: () => [200, view],
    [`DELETE /v1/identity-providers/${providerId}`]: () => [204, undefined],
  })
  const { env } = server
  const file = join(await temporaryFolder(), 'secret')
  await writeFile(file, 'the secret\n')
  const add = [
    'identity-provider',
    'add',
    'Corp',
    '--issuer',
    view.issuer,
    '--client-id',
    'afterai',
    '--map',
    'a=b=member',
  ]
  const added = await afterai([...add, '--secret-file', file], { env })
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(view.redirectUri) })
  expect(added.stdout + added.stderr).not.toContain('the secret')
  expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
    name: 'Corp',
    issuer: view.issuer,
    clientId: 'afterai',
    clientSecret: 'the secret',
    roleMapping: view.roleMapping,
  })
  expect((await afterai([...add], { env })).code).toBe(2)
  await afterai(['identity-provider', 'update', 'Corp', '--secret-stdin'], { env, stdin: 'another\n' })
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ clientSecret: 'another' })
  await afterai(['identity-provider', 'update', 'Corp', '--enforced', '--default-role', 'none'], { env })
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ enforced: true, defaultRole: null })
  expect((await afterai(['identity-provider', 'remove', 'Corp'], { env })).code).toBe(2)
  expect((await afterai(['identity-provider', 'remove', 'Corp', '--yes'], { env })).code).toBe(0)
  expect((await afterai(['identity-provider', 'list', '--quiet'], { env })).stdout).toBe(`${providerId}\n`)
})

import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startOidcProvider, type TestOidcProvider } from '@afterai/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { cardAttempts, viewNamed } from '../../testing/card-attempts.ts'
import { lifeAttempts } from '../../testing/life-attempts.ts'
import { memberAttempts } from '../../testing/member-attempts.ts'
import { providerAttempts } from '../../testing/provider-attempts.ts'
import { configurationOf, type Lifecycle, readScores, recordedChange, scoresImport } from '../../testing/lifecycle.ts'
import { spanOf, tracesOf } from '../../testing/otlp/otlp-bodies.ts'
import { inDays } from '../../testing/standing-story.ts'
import { lists, unpagedLists } from '../../testing/readable-lists.ts'
import { worklistAttempts } from '../../testing/worklist-attempts.ts'
import {
  type Person,
  startTestServer,
  type TestRequest,
  type TestServer,
  type TestTenant,
} from '../../testing/test-server.ts'

/** Things of a tenant, most by their ids, that another might ask for. */
interface Belongings extends Lifecycle {
  readonly tenant: TestTenant
  readonly observationId: string
  readonly keyId: string
  readonly serviceAccountId: string
  readonly memberId: string
  readonly invitationId: string
  readonly providerId: string
  readonly streamId: string
  readonly viewId: string
  readonly eventId: string
  readonly envelopeId: string
  readonly delegationId: string
}

let server: TestServer
let alice: Person
let own: Lifecycle
let theirs: Belongings
let identityProvider: TestOidcProvider

beforeAll(async () => {
  server = await startTestServer()
  identityProvider = await startOidcProvider({ redirectUris: ['http://localhost/v1/oidc/callback'], users: [] })
  alice = server.admin
  const { tenant } = alice
  const author = await server.addPerson(tenant, 'member')
  own = await recordedChange(server, { author, approver: alice }, 'own-system')
  theirs = await furnish(await server.addTenant('rival'))
  // The job that watches standings leaves a tenant to whoever holds this: what it notes by itself is none of an attempt's doing.
  await server.owner.query('select pg_advisory_lock(hashtextextended($1, 0))', [`standings ${theirs.tenant.id}`])
})
afterAll(async () => {
  await identityProvider.stop()
  await server.stop()
})

async function furnish(tenant: TestTenant): Promise<Belongings> {
  const admin = await server.addPerson(tenant, 'admin')
  const author = await server.addPerson(tenant, 'member')
  const made = await recordedChange(server, { author, approver: admin }, 'rival-system')
  const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.expectOk<T>({ method: 'POST', path, token: admin.token, body, headers })
  const observationId = newId()
  const observed = { id: observationId, system: 'rival-system', configuration: configurationOf('rival-model') }
  const { results } = await post<{ results: { fingerprint: string }[] }>('/v1/observations', {
    observations: [observed],
  })
  const { accountId } = await post<{ accountId: string }>('/v1/service-accounts', { name: 'm', role: 'member' })
  await post('/v1/telemetry', measured('rival-system'))
  await post('/v1/traces', tracesOf('rival-system', [spanOf({})]))
  const invitation = await post<{ id: string }>('/v1/invitations', { email: 'x@rival.example', role: 'viewer' })
  const { issuer, client } = identityProvider
  const registered = { name: 'Rival', issuer, clientId: client.id, clientSecret: client.secret }
  const { id: providerId } = await post<{ id: string }>('/v1/identity-providers', registered)
  await server.expectOk({ method: 'PUT', path: `/v1/break-glass-accounts/${admin.accountId}`, token: admin.token })
  await server.owner.query(
    `insert into mail (tenant_id, id, kind, subject_id) values ($1, gen_random_uuid(), 'invitation', $2)`,
    [tenant.id, invitation.id],
  )
  await post('/v1/systems', { name: 'rival-second' }, { 'idempotency-key': 'rival-key' })
  const envelope = await post<{ id: string }>('/v1/envelopes', {
    title: 'Small moves',
    environments: ['production'],
    clauses: [{ path: '/inference/temperature' }],
    until: inDays(30),
  })
  const { accountId: to } = await server.addPerson(tenant, 'approver')
  const delegation = await post<{ id: string }>('/v1/delegations', { to, until: inDays(1), reason: 'On leave.' })
  // Paused, so that what is sent in the background changes none of its rows.
  const stream = await post<{ id: string }>('/v1/audit-streams', {
    kind: 'webhook',
    name: 'rival-siem',
    url: 'http://127.0.0.1:9/',
  })
  await post(`/v1/audit-streams/${stream.id}/pause`, undefined)
  const view = await post<{ id: string }>('/v1/views', viewNamed('rival-view'))
  const { rows } = await server.owner.query<{ id: string }>('select id from audit_event where tenant_id = $1 limit 1', [
    tenant.id,
  ])
  return {
    ...made,
    tenant,
    observationId,
    fingerprint: results[0]?.fingerprint ?? '',
    keyId: (await server.addKey(admin, ['system:read'])).id,
    serviceAccountId: accountId,
    memberId: author.accountId,
    invitationId: invitation.id,
    providerId,
    streamId: stream.id,
    viewId: view.id,
    eventId: rows[0]?.id ?? '',
    envelopeId: envelope.id,
    delegationId: delegation.id,
  }
}

const measured = (system: string): object => {
  const at = new Date().toISOString()
  const events = [{ kind: 'measure', system, at, latencyMs: 1 }]
  return { bootId: newId(), sequence: 0, sentAt: at, events }
}

/** The same shape as a tenant's belongings, and nothing of it exists. */
function nothing(): Belongings {
  const lifecycle = {
    changeId: newId(),
    baselineId: newId(),
    candidateId: newId(),
    assessmentId: newId(),
    decisionId: newId(),
  }
  return {
    ...lifecycle,
    recordId: newId(),
    system: 'absent-system',
    systemId: newId(),
    fingerprint: `sha256:${newId().replaceAll('-', '').repeat(2)}`,
    tenant: { id: newId(), slug: 'absent' },
    observationId: newId(),
    keyId: newId(),
    serviceAccountId: newId(),
    memberId: newId(),
    invitationId: newId(),
    providerId: newId(),
    streamId: newId(),
    viewId: newId(),
    eventId: newId(),
    envelopeId: newId(),
    delegationId: newId(),
  }
}

type Attempt = (of: Belongings) => Promise<TestRequest> | TestRequest

const get =
  (path: (of: Belongings) => string): Attempt =>
  (of) => ({ path: path(of) })
const post =
  (path: (of: Belongings) => string, body: (of: Belongings) => unknown): Attempt =>
  (of) => ({ method: 'POST', path: path(of), body: body(of) })
const cursorAt = (id: string): string => Buffer.from(id).toString('base64url')
const digest = `sha256:${'0'.repeat(64)}`
const proposal = { decision: 'act', decisionDetail: 'approve', justification: 'x' }

const attempts: Readonly<Record<string, Attempt>> = {
  system: get((it) => `/v1/systems/${it.system}`),
  configuration: get((it) => `/v1/configurations/${it.fingerprint}`),
  change: get((it) => `/v1/changes/${it.changeId}`),
  'its assessments': get((it) => `/v1/changes/${it.changeId}/assessments`),
  'its decisions': get((it) => `/v1/changes/${it.changeId}/decisions`),
  evaluation: get((it) => `/v1/evaluations/${it.baselineId}`),
  assessment: get((it) => `/v1/assessments/${it.assessmentId}`),
  'what their evaluation served in': get((it) => `/v1/evaluations/${it.baselineId}/assessments`),
  'its cases': get((it) => `/v1/assessments/${it.assessmentId}/cases?metric=score&change=lost`),
  'the power of an evaluation': get((it) => `/v1/evaluations/${it.baselineId}/power`),
  decision: get((it) => `/v1/decisions/${it.decisionId}`),
  record: get((it) => `/v1/records/${it.recordId}`),
  bundle: get((it) => `/v1/records/${it.recordId}/bundle`),
  confirm: (it) => ({ method: 'POST', path: `/v1/changes/${it.changeId}/confirm`, body: {} }),
  dismiss: post(
    (it) => `/v1/changes/${it.changeId}/dismiss`,
    () => ({ reason: 'x' }),
  ),
  risk: (it) => ({ method: 'PUT', path: `/v1/changes/${it.changeId}/risk`, body: { severity: 'low' } }),
  assess: post(
    (it) => `/v1/changes/${it.changeId}/assessments`,
    (it) => ({ baselineEvaluationId: it.baselineId, candidateEvaluationId: it.candidateId }),
  ),
  'assess ours with their evaluations': post(
    () => `/v1/changes/${own.changeId}/assessments`,
    (it) => ({ baselineEvaluationId: it.baselineId, candidateEvaluationId: own.candidateId }),
  ),
  propose: post(
    (it) => `/v1/changes/${it.changeId}/decisions`,
    (it) => ({ ...proposal, assessmentIds: [it.assessmentId] }),
  ),
  'propose ours with their assessment': post(
    () => `/v1/changes/${own.changeId}/decisions`,
    (it) => ({ ...proposal, assessmentIds: [it.assessmentId] }),
  ),
  'supersede their record': post(
    () => `/v1/changes/${own.changeId}/decisions`,
    (it) => ({ ...proposal, assessmentIds: [own.assessmentId], supersedes: it.recordId }),
  ),
  approve: post(
    (it) => `/v1/decisions/${it.decisionId}/approvals`,
    () => ({ verdict: 'approve', evidenceDigest: digest }),
  ),
  'a change of their system': post(
    () => '/v1/changes',
    (it) => ({ system: it.system, title: 't', changeTypes: ['data'] }),
  ),
  'an observation of their system': post(
    () => '/v1/observations',
    (it) => ({ observations: [{ system: it.system, configuration: configurationOf('small') }] }),
  ),
  'an evaluation of their system': async (it) => ({
    method: 'POST',
    path: `${scoresImport}&system=${it.system}`,
    body: await readScores('baseline.csv'),
    headers: { 'content-type': 'text/csv' },
  }),
  'hours of their system': get((it) => `/v1/telemetry/windows?system=${it.system}`),
  'models served for their system': get((it) => `/v1/telemetry/served-models?system=${it.system}`),
  'a key for their account': post(
    () => '/v1/api-keys',
    (it) => ({ name: 'k', scopes: ['system:read'], accountId: it.serviceAccountId }),
  ),
  'a key for their member': post(
    () => '/v1/api-keys',
    (it) => ({ name: 'k', scopes: ['system:read'], accountId: it.memberId }),
  ),
  'revoking their key': (it) => ({ method: 'DELETE', path: `/v1/api-keys/${it.keyId}` }),
  ...providerAttempts(),
  'their audit event': get((it) => `/v1/audit-events/${it.eventId}`),
  'the bundle of their audit event': get((it) => `/v1/audit-events/${it.eventId}/bundle`),
  'their audit stream': get((it) => `/v1/audit-streams/${it.streamId}`),
  'removing their audit stream': (it) => ({ method: 'DELETE', path: `/v1/audit-streams/${it.streamId}` }),
  ...Object.fromEntries(
    ['pause', 'resume', 'replay'].map((command) => [
      `their audit stream: ${command}`,
      post(
        (it) => `/v1/audit-streams/${it.streamId}/${command}`,
        () => (command === 'replay' ? { fromIndex: 0 } : undefined),
      ),
    ]),
  ),
  'their member’s sessions': get((it) => `/v1/members/${it.memberId}/sessions`),
  'ending their member’s sessions': (it) => ({ method: 'DELETE', path: `/v1/members/${it.memberId}/sessions` }),
  ...memberAttempts(),
  ...cardAttempts(() => own),
  ...lifeAttempts(),
  ...worklistAttempts(),
  'switching to them': post(
    () => '/v1/session/switch',
    (it) => ({ tenant: it.tenant.slug }),
  ),
  ...Object.fromEntries(
    ['systems', 'system-rows', 'changes', 'change-rows', 'evaluations', 'decisions', 'records'].map((list) => [
      `${list} from their cursor`,
      (it: Belongings) => ({ path: `/v1/${list}?limit=200&cursor=${cursorAt(it.recordId)}` }),
    ]),
  ),
}

const secretsOf = ({ tenant, ...of }: Belongings): string[] => [...Object.values(of), tenant.id, tenant.slug]

async function answerTo(attempt: Attempt, of: Belongings): Promise<string> {
  const { status, text, headers } = await server.send({ ...(await attempt(of)), token: alice.token })
  // What was asked for is in the answer of its own accord, and so is the request's id.
  const asked = secretsOf(of).toSorted((a, b) => b.length - a.length)
  const neutral = asked.reduce((answer, secret) => answer.replaceAll(secret, '‹asked›'), text)
  return `${status} ${String(headers['content-type'])}\n${neutral.replace(String(headers['x-request-id']), '‹request›')}`
}

// What is queued moves to the log by itself, so it is waited for.
async function rowsOf(tenantId: string): Promise<Record<string, string>> {
  while ((await server.owner.query('select from ledger_outbox limit 1')).rows.length > 0) await sleep(20)
  const { rows } = await server.owner.query<{ name: string; key: string }>(
    `select table_name as name, column_name as key from information_schema.columns
     where table_schema = 'public' and (column_name = 'tenant_id' or (table_name = 'tenant' and column_name = 'id'))`,
  )
  const digests: Record<string, string> = {}
  for (const { name, key } of rows) {
    const found = await server.owner.query<{ digest: string }>(
      `select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t where ${key} = $1`,
      [tenantId],
    )
    digests[name] = found.rows[0]?.digest ?? ''
  }
  return digests
}

test('P4.1: answers about another tenant’s things equal those about things that don’t exist, and change nothing', async () => {
  const before = await rowsOf(theirs.tenant.id)
  expect(Object.values(before).filter((digest) => !digest.startsWith('0 ')).length).toBeGreaterThan(19)
  const told = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(attempts)), { minLength: 5, maxLength: 15 }),
      async (names) => {
        for (const name of names) {
          const attempt = attempts[name]
          if (attempt === undefined) throw new Error(name)
          told.add(name)
          expect([name, await answerTo(attempt, theirs)]).toEqual([name, await answerTo(attempt, nothing())])
        }
      },
    ),
    { numRuns: 25 },
  )
  // Random sequences may leave one out; each is made once at the least.
  for (const [name, attempt] of Object.entries(attempts).filter(([name]) => !told.has(name))) {
    expect([name, await answerTo(attempt, theirs)]).toEqual([name, await answerTo(attempt, nothing())])
  }
  expect(await rowsOf(theirs.tenant.id)).toEqual(before)
})

/** Routes whose parameter names nothing of a tenant, or only what is the caller's own. */
const others: Readonly<Record<string, string>> = {
  'PUT /v1/passkeys/:id': 'a factor of one’s own account, in whichever tenant',
  'DELETE /v1/passkeys/:id': 'a factor of one’s own account, in whichever tenant',
  'DELETE /v1/sessions/:id': 'a session of one’s own account',
  'GET /v1/oidc/:providerId/start': 'for everybody who signs in',
  'GET /v1/log/tile/*': 'a place in one’s own log',
  'GET /v1/docs/:operation': 'for everybody who reads of the API',
  'GET /v1/*': 'an address that no route has',
}

test('P4.1: every route that names a thing is attempted', async () => {
  const made = await Promise.all(
    Object.values(attempts).map(async (attempt) => {
      const { method = 'GET', path } = await attempt(nothing())
      return `${method} ${path.split('?')[0] ?? ''}`
    }),
  )
  const named = [...server.http.routePermissions.keys()].filter(
    (route) => !route.startsWith('HEAD') && /[:*]/.test(route) && route.includes(' /v1/'),
  )
  const unattempted = named.filter((route) => {
    const pattern = new RegExp(`^${route.replaceAll(/:[^/]+/g, '[^/]+')}$`)
    return others[route] === undefined && !made.some((it) => pattern.test(it))
  })
  expect(unattempted).toEqual([])
  expect(Object.keys(others).filter((route) => !server.http.routePermissions.has(route))).toEqual([])
})

test('P4.1: no list names anything of another tenant', async () => {
  for (const list of lists) {
    const query = [...unpagedLists, 'inbox'].includes(list) ? '' : '?limit=200'
    const { status, text } = await server.send({ path: `/v1/${list}${query}`, token: alice.token })
    expect(status).toBe(200)
    const present = secretsOf(theirs).filter((secret) => text.includes(secret))
    // The audit trail names what this tenant's own people asked for.
    expect(list === 'audit-events' ? [] : present).toEqual([])
  }
})

test('P4.1: an observation with the id of another tenant’s is a new one here', async () => {
  const observed = { system: 'own-system', configuration: configurationOf('small') }
  for (const id of [theirs.observationId, newId()]) {
    const body = { observations: [{ ...observed, id }] }
    const answer = await server.send({ method: 'POST', path: '/v1/observations', token: alice.token, body })
    expect(answer.body).toMatchObject({ results: [{ id, outcome: 'unchanged' }] })
  }
})

test('P4.1: another tenant’s idempotency key is not this one’s', async () => {
  const headers = { 'idempotency-key': 'rival-key' }
  const request = {
    method: 'POST',
    path: '/v1/systems',
    token: alice.token,
    headers,
    body: { name: 'rival-second' },
  } as const
  expect((await server.send(request)).status).toBe(201)
})

test('P1.3: the same prompt has another digest in each tenant, since each has a key of its own', async () => {
  const rival = await server.addPerson(theirs.tenant, 'member')
  const digestOf = async ({ token }: Person): Promise<string> => {
    const { key, keyId } = await server.expectOk<{ key: string; keyId: string }>({ path: '/v1/digest-key', token })
    return `hmac-sha256:${keyId}:${createHmac('sha256', Buffer.from(key, 'base64')).update('Answer in one word.').digest('hex')}`
  }
  const [first, again, other] = [await digestOf(alice), await digestOf(alice), await digestOf(rival)]
  expect(again).toBe(first)
  expect(other.split(':')[1]).not.toBe(first.split(':')[1])
  expect(other.split(':')[2]).not.toBe(first.split(':')[2])
})

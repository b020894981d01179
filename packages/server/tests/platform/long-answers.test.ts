import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** Answers that are as long as what is stored: they come in parts, and are cut for no time that they take (platform/hardening/patience.ts). */
const inParts = ['GET /v1/audit-events/export', 'GET /v1/events', 'GET /v1/log/audit']

const oneThing = 'one thing, of a bounded size'
const fewOfOne = 'what people and pipelines made for one change, or set up for a tenant'
const proof = 'hashes of one path through a tree: some twenty of a million entries'

/** All other reads that don't come by the page, and why none of them takes longer as the log, the trail and the telemetry grow. */
const bounded: Readonly<Record<string, string>> = {
  'GET /v1/change-rows/count': 'a number, which stops at 10,000',
  'GET /v1/changes/{id}/dossier': 'one change: 20 assessments, 200 events and as many of the rest as it has at most',
  'GET /v1/inbox': '100 things at most',
  'GET /v1/records/{id}/document': 'one record, whose parts are bounded where they are written',
  'GET /v1/search': '8 of each kind at most',
  'GET /livez': oneThing,
  'GET /readyz': oneThing,
  'GET /v1/health': oneThing,
  'GET /v1/me': oneThing,
  'GET /v1/session': oneThing,
  'GET /v1/me/preferences': oneThing,
  'GET /v1/views': 'a hundred views of one person, and two hundred that are shared',
  'GET /v1/members/{accountId}': oneThing,
  'GET /v1/members/{accountId}/sessions': 'the sessions of one account',
  'GET /v1/sessions': 'the sessions of one account',
  'GET /v1/factors': 'the factors of one account',
  'GET /v1/sign-in-options': fewOfOne,
  'GET /v1/session/provider-sign-out': oneThing,
  'GET /v1/oidc/{providerId}/start': oneThing,
  'GET /v1/oidc/callback': oneThing,
  'GET /v1/identity-providers': fewOfOne,
  'GET /v1/identity-providers/{id}': oneThing,
  'GET /v1/identity-providers/{id}/identities': 'the members of a tenant',
  'GET /v1/break-glass-accounts': fewOfOne,
  'GET /v1/digest-key': oneThing,
  'GET /v1/systems/{name}': oneThing,
  'GET /v1/systems/{name}/approvers': 'the people of a tenant, and what was done with their roles',
  'GET /v1/systems/{name}/card': oneThing,
  'GET /v1/changes/{id}/determinations': 'what people said of one change, a hundred times at most',
  'GET /v1/configurations/{fingerprint}': oneThing,
  'GET /v1/changes/{id}': oneThing,
  'GET /v1/changes/{id}/life': oneThing,
  'GET /v1/policies': fewOfOne,
  'GET /v1/envelopes': fewOfOne,
  'GET /v1/changes/{id}/assessments': fewOfOne,
  'GET /v1/changes/{id}/plans': 'at most 100 plans of one change, and 200 attempts',
  'GET /v1/evaluations/{id}': oneThing,
  'GET /v1/evaluations/{id}/power': 'the metrics of one evaluation',
  'GET /v1/assessments/{id}': oneThing,
  'GET /v1/decisions/{id}': fewOfOne,
  'GET /v1/records/{id}': oneThing,
  'GET /v1/records/{id}/bundle': proof,
  'GET /v1/audit-events/{id}': proof,
  'GET /v1/audit-events/{id}/bundle': proof,
  'GET /v1/audit-streams': fewOfOne,
  'GET /v1/audit-streams/{id}': oneThing,
  'GET /v1/telemetry/series': '400 points, of at most 12,000 hours of routes and configurations',
  'GET /v1/log/keys': oneThing,
  'GET /v1/log/checkpoint': oneThing,
  'GET /v1/log/tile/{tile}': '256 hashes, or as many entries',
  'GET /v1/log/proof': proof,
  'GET /v1/log/proof/{entryId}': proof,
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: { name: string }[] }>>>>
}

test('P5.3: every read comes in parts, by the page, or is bounded, and each is named', async () => {
  const { paths } = await server.expectOk<Described & Record<string, unknown>>({ path: '/openapi.json' })
  const reads = Object.entries(paths).filter(([, methods]) => 'get' in methods)
  const byThePage = reads
    .filter(([, methods]) => methods['get']?.parameters?.some(({ name }) => name === 'limit') === true)
    .map(([path]) => `GET ${path}`)
  const named = [...byThePage, ...inParts, ...Object.keys(bounded)]
  expect(named.toSorted()).toEqual(reads.map(([path]) => `GET ${path}`).toSorted())
})

test('P5.3: the answers that come in parts are those that are cut for no time that they take', () => {
  const long = [...server.http.longAnswers].filter((route) => !route.startsWith('HEAD '))
  expect(long.toSorted()).toEqual(inParts)
})

test.each([
  ['/v1/audit-events/export?format=jsonl', 'application/jsonl'],
  ['/v1/audit-events/export?format=csv', 'text/csv'],
  ['/v1/log/audit', 'application/jsonl'],
  ['/v1/log/audit?entries=true', 'application/octet-stream'],
])('P5.3: %s is sent as it is made, with no length told before', async (path, type) => {
  const answer = await server.send({ path, token: server.admin.token })
  expect(answer.status).toBe(200)
  expect(String(answer.headers['content-type'])).toContain(type)
  expect(answer.headers).not.toHaveProperty('content-length')
})

import { canonicalBytes, checkCommitment, decodeStatement, publicKeyOf, verifyEnvelope } from '@afterai/record'
import { startOidcProvider, type TestOidcProvider } from '@afterai/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeRoutes } from '../../src/instance/api-description.ts'
import { declaredBy } from '../../src/audit/route-audits.ts'
import { withTenant } from '../../src/platform/database.ts'
import { readEventEnvelope } from '../../src/trail/event-envelope.ts'
import { type AuditedRoute, by } from '../../testing/audited-route.ts'
import { memberRows } from '../../testing/audited-member-routes.ts'
import { cardRows } from '../../testing/audited-card-routes.ts'
import { standingRows } from '../../testing/audited-standing-routes.ts'
import { credentialRows } from '../../testing/credential-rows.ts'
import { stateOfDatabase, withoutTrail } from '../../testing/database-state.ts'
import { federationRows, visitor } from '../../testing/federation-rows.ts'
import {
  assessedChange,
  configurationOf,
  proposalOf,
  readScores,
  recordedChange,
  scoresImport,
} from '../../testing/lifecycle.ts'
import { telemetryRows } from '../../testing/telemetry-rows.ts'
import { type Person, startTestServer, testOrigin, type TestServer } from '../../testing/test-server.ts'
import { trailRows } from '../../testing/trail-rows.ts'

let server: TestServer
let provider: TestOidcProvider
let author: Person
let approver: Person
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  provider = await startOidcProvider({ redirectUris: [`${testOrigin}/v1/oidc/callback`], users: [visitor] })
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  // The job that watches standings leaves a tenant to whoever holds this: what it notes by itself is none of a request's.
  const name = `standings ${server.admin.tenant.id}`
  await server.owner.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
})
afterAll(async () => {
  await provider.stop()
  await server.stop()
})
afterEach(() => server.owner.query('drop trigger if exists break_audit on audit_event'))

const fresh = (word: string): string => `${word}-${(count += 1)}`

const newSystem = async (): Promise<string> => {
  const name = fresh('system')
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: author.token, body: { name } })
  return name
}

const observation = (system: string, model: string) => ({
  observations: [{ system, configuration: configurationOf(model) }],
})

const pendingChange = async (): Promise<string> => {
  const body = { system: await newSystem(), title: 'New data', changeTypes: ['data'] }
  return (await server.expectOk<{ id: string }>({ method: 'POST', path: '/v1/changes', token: author.token, body })).id
}

const proposed = async (): Promise<{ id: string; evidenceDigest: string }> => {
  const { changeId, assessmentId } = await assessedChange(server, author, fresh('system'))
  const path = `/v1/changes/${changeId}/decisions`
  return server.expectOk({ method: 'POST', path, token: author.token, body: proposalOf(assessmentId) })
}

const invited = async (): Promise<string> => {
  const body = { email: `${fresh('invited')}@acme.example`, role: 'viewer' }
  const path = '/v1/invitations'
  return (await server.expectOk<{ code: string }>({ method: 'POST', path, token: server.admin.token, body })).code
}

const someone = (): Promise<Person> => server.addPerson(server.admin.tenant, 'member')

const table: Readonly<Record<string, AuditedRoute>> = {
  ...credentialRows(() => server, someone),
  ...federationRows(() => ({ server, provider, author, fresh })),
  'POST /v1/setup': {
    actions: ['instance.set_up', 'session.open', 'tenant.create'],
    prepare: async () => {
      await server.owner.query('update setup_code set used_at = null')
      const tenant = { slug: fresh('tenant'), name: 'T' }
      const body = {
        code: server.setupCode,
        email: `${fresh('admin')}@x.example`,
        name: 'A',
        password: 'violet-harbour-41',
        tenant,
      }
      return { request: { method: 'POST', path: '/v1/setup', body }, credential: 'setup_code' }
    },
  },
  'POST /v1/invitations': {
    actions: ['member.invite'],
    prepare: async () =>
      by(server.admin, 'POST', '/v1/invitations', { email: `${fresh('someone')}@acme.example`, role: 'viewer' }),
  },
  'POST /v1/invitations/accept': {
    actions: ['member.join', 'session.open'],
    prepare: async () => {
      const body = { code: await invited(), name: 'Invited', password: 'copper-meadow-77-signal' }
      return { request: { method: 'POST', path: '/v1/invitations/accept', body }, credential: 'invitation' }
    },
  },
  'POST /v1/service-accounts': {
    actions: ['service_account.create'],
    prepare: async () => by(server.admin, 'POST', '/v1/service-accounts', { name: 'machine', role: 'viewer' }),
  },
  'POST /v1/api-keys': {
    actions: ['api_key.create'],
    prepare: async () => by(author, 'POST', '/v1/api-keys', { name: 'key', scopes: ['system:read'] }),
  },
  'DELETE /v1/api-keys/:id': {
    actions: ['api_key.revoke'],
    prepare: async () => by(author, 'DELETE', `/v1/api-keys/${(await server.addKey(author, ['system:read'])).id}`),
  },
  'POST /v1/systems': {
    actions: ['system.create'],
    prepare: async () => by(author, 'POST', '/v1/systems', { name: fresh('system') }),
  },
  'POST /v1/observations': {
    actions: ['change.open', 'change.open', 'change.rebase', 'environment.backdate', 'environment.baseline'],
    prepare: async () => {
      const system = await newSystem()
      const told = (model: string, minutesAgo: number) =>
        observation(system, model).observations.map((it) => ({
          ...it,
          observedAt: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
        }))
      // Another one between, and one from before all: the last began earlier, and came after another.
      const body = { observations: [...told('a', 50), ...told('b', 10)] }
      await server.expectOk({ method: 'POST', path: '/v1/observations', token: author.token, body })
      const observations = [...told('c', 60), ...told('b', 20), ...told('d', 40)]
      return by(author, 'POST', '/v1/observations', { observations })
    },
  },
  'POST /v1/changes': {
    actions: ['change.open'],
    prepare: async () =>
      by(author, 'POST', '/v1/changes', { system: await newSystem(), title: 'New data', changeTypes: ['data'] }),
  },
  'POST /v1/changes/:id/confirm': {
    actions: ['change.confirm'],
    prepare: async () => by(author, 'POST', `/v1/changes/${await pendingChange()}/confirm`, {}),
  },
  'POST /v1/changes/:id/dismiss': {
    actions: ['change.dismiss'],
    prepare: async () => by(author, 'POST', `/v1/changes/${await pendingChange()}/dismiss`, { reason: 'noise' }),
  },
  'PUT /v1/changes/:id/risk': {
    actions: ['change.set_risk'],
    prepare: async () => by(author, 'PUT', `/v1/changes/${await pendingChange()}/risk`, { severity: 'low' }),
  },
  'POST /v1/evaluations': {
    actions: ['evaluation.import'],
    prepare: async () => {
      const doing = by(author, 'POST', scoresImport, await readScores('baseline.csv'))
      return { ...doing, request: { ...doing.request, headers: { 'content-type': 'text/csv' } } }
    },
  },
  'POST /v1/changes/:id/assessments': {
    actions: ['assessment.create'],
    prepare: async () => {
      const { changeId, baselineId, candidateId } = await assessedChange(server, author, fresh('system'))
      const body = { baselineEvaluationId: baselineId, candidateEvaluationId: candidateId }
      return by(author, 'POST', `/v1/changes/${changeId}/assessments`, body)
    },
  },
  'POST /v1/changes/:id/decisions': {
    actions: ['decision.propose'],
    prepare: async () => {
      const { changeId, assessmentId } = await assessedChange(server, author, fresh('system'))
      return by(author, 'POST', `/v1/changes/${changeId}/decisions`, proposalOf(assessmentId))
    },
  },
  'POST /v1/decisions/:id/approvals': {
    actions: ['decision.approve', 'record.seal'],
    prepare: async () => {
      const { id, evidenceDigest } = await proposed()
      return by(approver, 'POST', `/v1/decisions/${id}/approvals`, { verdict: 'approve', evidenceDigest })
    },
  },
  ...memberRows({ server: () => server, author: () => author, someone, fresh }),
  'DELETE /v1/sample-workspace': {
    actions: ['sample.remove'],
    prepare: async () => {
      const { rows } = await server.owner.query('select 1 from tenant where sample')
      if (rows.length === 0) await server.addTenant('sample')
      return by(server.admin, 'DELETE', '/v1/sample-workspace')
    },
  },
  ...cardRows({ server: () => server, author: () => author, approver: () => approver, fresh }),
  ...standingRows({ server: () => server, author: () => author, approver: () => approver, fresh }),
  ...telemetryRows(() => author, fresh),
  'GET /v1/digest-key': {
    actions: ['digest_key.read'],
    prepare: async () => by(author, 'GET', '/v1/digest-key'),
  },
  ...trailRows(() => server),
  'GET /v1/records/:id': {
    actions: ['record.read'],
    prepare: async () => by(author, 'GET', `/v1/records/${await aRecord()}`),
  },
  'GET /v1/records/:id/document': {
    actions: ['record.read'],
    prepare: async () => by(author, 'GET', `/v1/records/${await aRecord()}/document`),
  },
  'GET /v1/records/:id/bundle': {
    actions: ['record.export'],
    prepare: async () => by(author, 'GET', `/v1/records/${await aRecord()}/bundle`),
  },
}

async function aRecord(): Promise<string> {
  return (await recordedChange(server, { author, approver }, fresh('system'))).recordId
}

interface EventRow {
  tenant_id: string
  id: string
  occurred_at: Date
  action: string
  outcome: 'allowed' | 'denied' | 'failed'
  actor_id: string | null
  credential: string
  address: string | null
  request_id: string | null
  resource: string | null
  details: unknown
  salt: Buffer
  commitment: Buffer
  ciphertext_sha256: Buffer
  envelope: null
}

async function eventsOf(requestId: unknown): Promise<EventRow[]> {
  const found = await server.owner.query<EventRow>('select * from audit_event where request_id = $1 order by action', [
    requestId,
  ])
  return found.rows
}

const contextOf = ({ credential, address, request_id: requestId, resource, details }: EventRow): Uint8Array =>
  canonicalBytes({ credential, address, requestId, resource, details })

async function signedOf(row: EventRow) {
  const key = publicKeyOf(server.keys.record.privateKey)
  const envelope = await withTenant(server.enrolment.db, row.tenant_id, (tx) => readEventEnvelope(tx, row))
  const statement = decodeStatement(verifyEnvelope(envelope, [key]))
  const [section] = statement.sections
  if (statement.kind !== 'audit' || section === undefined) throw new Error('not an event with its section')
  return { facts: statement.facts, section }
}

describe('P4.4: every route that changes something', () => {
  test('is a row of this table, and leaves there what is documented', () => {
    const declared = new Map(
      describeRoutes(server.http).map(({ method, path, audits }) => [`${method} ${path}`, declaredBy(audits).events]),
    )
    const documented = [...declared].flatMap(([route, events]) => (events.length > 0 ? [route] : []))
    const leaving = Object.entries(table).filter(([, { actions }]) => actions.length > 0)
    expect(leaving.map(([route]) => route).toSorted()).toEqual(documented.toSorted())
    const unknown = leaving.flatMap(([route, { actions }]) => {
      const events: readonly string[] = declared.get(route) ?? []
      return actions.filter((action) => !events.includes(action)).map((action) => `${route}: ${action}`)
    })
    expect(unknown).toEqual([])
  })

  test.each(Object.entries(table))(
    '%s leaves exactly its events, with actor, credential and request',
    async (_, row) => {
      const { request, actorId, credential, byNobody = false } = await row.prepare()
      const { headers, status, text } = await server.send(request)
      expect([status < 400, text]).toEqual([true, text])
      const events = await eventsOf(headers['x-request-id'])
      expect(events.map(({ action }) => action)).toEqual(row.actions)
      for (const event of events) {
        expect(event).toMatchObject({ outcome: 'allowed', credential, address: '127.0.0.1' })
        expect(event.actor_id).toBe(actorId ?? event.actor_id)
        expect(event.actor_id === null).toBe(byNobody)
      }
    },
  )

  const leavingEvents = Object.entries(table).filter(([, { actions }]) => actions.length > 0)
  test.each(leavingEvents)('%s does nothing when its event can’t be written', async (_, row) => {
    const { request } = await row.prepare()
    const before = await stateOfDatabase(server.owner)
    await server.owner.query(`
      create or replace function break_audit() returns trigger language plpgsql as $$ begin raise 'the audit is broken'; end $$;
      create trigger break_audit before insert on audit_event for each row execute function break_audit()`)
    const { status, body } = await server.send(request)
    await server.owner.query('drop trigger break_audit on audit_event')
    // OTLP has codes of its own: 13 is google.rpc.Code.INTERNAL.
    expect([500, ['internal_error', 13]]).toEqual([status, expect.arrayContaining([body['code']])])
    expect(await stateOfDatabase(server.owner)).toEqual(before)
  })
})

test('P3.2, ASVS 3.5.3: no GET or HEAD changes anything but the trail', async () => {
  const reading = describeRoutes(server.http).filter(
    ({ method, path }) => method === 'GET' && !(`GET ${path}` in table),
  )
  const before = withoutTrail(await stateOfDatabase(server.owner))
  for (const { path } of reading) {
    const filled = path.replaceAll(/:\w+/g, '01a20a5b-6239-705d-b9f2-c38849688556')
    for (const method of ['GET', 'HEAD'] as const)
      await server.send({ method, path: filled, token: server.admin.token })
  }
  expect(withoutTrail(await stateOfDatabase(server.owner))).toEqual(before)
})

describe('P4.4: what fails or is refused', () => {
  test('a wrong password is a failed event of the account’s tenant', async () => {
    const body = { email: author.email, password: 'not-the-password' }
    const { headers } = await server.send({ method: 'POST', path: '/v1/session', body })
    expect(await eventsOf(headers['x-request-id'])).toMatchObject([
      { action: 'session.sign_in', outcome: 'failed', actor_id: author.accountId, credential: 'password' },
    ])
  })

  test('an address that nobody has is one of the operators’ tenant, by its keyed digest alone', async () => {
    const attempt = (email: string) =>
      server.send({ method: 'POST', path: '/v1/session', body: { email, password: 'not-the-password' } })
    const emails = ['nobody@acme.example', 'nobody@acme.example', 'somebody@acme.example']
    const digests: unknown[] = []
    for (const email of emails) {
      const [event] = await eventsOf((await attempt(email)).headers['x-request-id'])
      expect(event).toMatchObject({ action: 'session.sign_in', outcome: 'failed', actor_id: null })
      expect(event?.tenant_id).toBe((await server.operator()).tenant.id)
      digests.push((event as unknown as { details: { address: unknown } }).details.address)
    }
    expect(digests[0]).toMatch(/^hmac-sha256:[0-9a-f]{64}$/)
    expect(digests[1]).toBe(digests[0])
    expect(digests[2]).not.toBe(digests[0])
    const kept = await server.owner.query(`select from audit_event where details::text like '%nobody@%'`)
    expect(kept.rows).toEqual([])
  })

  test('a wrong password with an invitation is one too', async () => {
    const stranger = await server.addPerson(await server.addTenant(fresh('elsewhere')), 'member')
    const path = '/v1/invitations'
    const invitation = {
      method: 'POST',
      path,
      token: server.admin.token,
      body: { email: stranger.email, role: 'viewer' },
    } as const
    const { code } = await server.expectOk<{ code: string }>(invitation)
    const body = { code, name: 'X', password: 'not-the-password' }
    const { headers } = await server.send({ method: 'POST', path: `${path}/accept`, body })
    expect(await eventsOf(headers['x-request-id'])).toMatchObject([
      { action: 'session.sign_in', outcome: 'failed', actor_id: stranger.accountId },
    ])
  })

  test('a refresh handle that comes again ends the session with an event', async () => {
    const { session, accountId } = await someone()
    const body = { refreshHandle: session.refreshHandle }
    await server.expectOk({ method: 'POST', path: '/v1/session/refresh', body })
    const { headers } = await server.send({ method: 'POST', path: '/v1/session/refresh', body })
    expect(await eventsOf(headers['x-request-id'])).toMatchObject([
      { action: 'session.refresh_reused', actor_id: accountId },
    ])
  })

  test('a denied request doesn’t happen either when its refusal can’t be written', async () => {
    const viewer = await server.addPerson(server.admin.tenant, 'viewer')
    await server.owner.query(`
      create or replace function break_audit() returns trigger language plpgsql as $$ begin raise 'the audit is broken'; end $$;
      create trigger break_audit before insert on audit_event for each row execute function break_audit()`)
    const request = { method: 'POST', path: '/v1/systems', token: viewer.token, body: { name: 'denied' } } as const
    expect((await server.send(request)).status).toBe(500)
    expect((await server.owner.query(`select from system where name = 'denied'`)).rows).toEqual([])
  })
})

describe('P4.4: the trail can be held against what was signed', () => {
  test('every event’s columns are what its statement says and commits to', async () => {
    const { rows } = await server.owner.query<EventRow>('select * from audit_event')
    expect(rows.length).toBeGreaterThan(50)
    const outcomes = { allowed: 'success', denied: 'denied', failed: 'failure' }
    for (const row of rows) {
      const { facts, section } = await signedOf(row)
      expect(facts).toMatchObject({
        eventId: row.id,
        tenantId: row.tenant_id,
        action: row.action,
        outcome: outcomes[row.outcome],
        actorId: row.actor_id ?? 'unknown',
        at: row.occurred_at.toISOString(),
      })
      checkCommitment(section, row.salt, contextOf(row))
    }
  })

  test('a column that somebody altered no longer opens the commitment', async () => {
    const { rows } = await server.owner.query<EventRow>('select * from audit_event limit 1')
    const [row] = rows
    if (row === undefined) throw new Error('there is no event')
    const { section } = await signedOf(row)
    for (const altered of [
      { address: '10.0.0.1' },
      { credential: 'api_key' },
      { details: { x: 1 } },
      { resource: 'x' },
    ]) {
      expect(() => checkCommitment(section, row.salt, contextOf({ ...row, ...altered }))).toThrow('is not what')
    }
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { keyScopes } from '@afterai/contract'
import { createTrust, parseBundle, verifyBundle } from '@afterai/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '@afterai/record'
import { approve, assessedChange, proposalOf, recordedChange } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let other: Person
let systems = 0

beforeAll(async () => {
  server = await startTestServer()
  const { tenant } = server.admin
  author = await server.addPerson(tenant, 'member')
  approver = await server.addPerson(tenant, 'approver')
  other = await server.addPerson(tenant, 'approver')
})
afterAll(() => server.stop())

interface Decision {
  id: string
  status: string
  evidenceDigest: string
  recordId: string | null
  approvals: { evidenceDigest: string }[]
}

async function proposed(by: Person = author) {
  systems += 1
  const change = await assessedChange(server, author, `system-${systems}`)
  const decision = await propose(change.changeId, proposalOf(change.assessmentId), by)
  return { ...change, decision: decision.body }
}

function propose(changeId: string, body: unknown, by: Person = author) {
  return server.send<Decision & { code: string }>({
    method: 'POST',
    path: `/v1/changes/${changeId}/decisions`,
    token: by.token,
    body,
  })
}

function decide(by: Person, id: string, body: { verdict: string; evidenceDigest: string }) {
  return server.send<Decision & { code: string }>({
    method: 'POST',
    path: `/v1/decisions/${id}/approvals`,
    token: by.token,
    body,
  })
}

async function recordsOf(decisionId: string): Promise<number> {
  const { rows } = await server.owner.query('select id from record where decision_id = $1', [decisionId])
  return rows.length
}

describe('the states of a decision', () => {
  test('refuses its author’s approval, and their rejection too', async () => {
    const { decision } = await proposed(approver)
    for (const verdict of ['approve', 'reject']) {
      const answer = await decide(approver, decision.id, { verdict, evidenceDigest: decision.evidenceDigest })
      expect([answer.status, answer.body.code]).toEqual([403, 'self_approval'])
    }
    expect(await recordsOf(decision.id)).toBe(0)
  })

  test('seals a record when another person approves, and then takes no further verdict', async () => {
    const { decision } = await proposed()
    const approval = { verdict: 'approve', evidenceDigest: decision.evidenceDigest }
    const answer = await decide(approver, decision.id, approval)
    expect([answer.status, answer.body.status]).toEqual([200, 'approved'])
    expect(await recordsOf(decision.id)).toBe(1)
    const second = await decide(other, decision.id, approval)
    expect([second.status, second.body.code]).toEqual([409, 'invalid_transition'])
    expect(await recordsOf(decision.id)).toBe(1)
  })

  test('keeps no record of a rejection, and lets a new decision be proposed after it', async () => {
    const { decision, changeId, assessmentId } = await proposed()
    const answer = await decide(approver, decision.id, { verdict: 'reject', evidenceDigest: decision.evidenceDigest })
    expect([answer.status, answer.body.status, answer.body.recordId]).toEqual([200, 'rejected', null])
    expect(await recordsOf(decision.id)).toBe(0)
    const next = await propose(changeId, proposalOf(assessmentId))
    expect(next.status).toBe(201)
    await approve(server, approver, next.body.id)
    expect(await recordsOf(next.body.id)).toBe(1)
  })

  test('lets one decision wait at a time on a change, however many are proposed at once', async () => {
    systems += 1
    const { changeId, assessmentId } = await assessedChange(server, author, `system-${systems}`)
    const answers = await Promise.all(Array.from({ length: 8 }, () => propose(changeId, proposalOf(assessmentId))))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409, 409, 409,
    ])
  })

  test('lets one of many approvals at once seal one record', async () => {
    const { decision } = await proposed()
    const approval = { verdict: 'approve', evidenceDigest: decision.evidenceDigest }
    const answers = await Promise.all(
      [approver, other, server.admin, approver, other].map((person) => decide(person, decision.id, approval)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await recordsOf(decision.id)).toBe(1)
  })

  test('refuses a decision on a change that nobody confirmed, and assessments of another change', async () => {
    const { changeId, assessmentId } = await proposed()
    systems += 1
    const fresh = await assessedChange(server, author, `system-${systems}`)
    const answer = await propose(fresh.changeId, proposalOf(assessmentId))
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/assessmentIds/0' }] })
    await server.owner.query(`update change set status = 'pending' where id = $1`, [fresh.changeId])
    const pending = await propose(fresh.changeId, proposalOf(fresh.assessmentId))
    expect([pending.status, pending.body.code, changeId]).toEqual([409, 'invalid_transition', changeId])
  })
})

describe('what an approval binds to', () => {
  test('refuses an approval after an assessment was added since it was read', async () => {
    const { decision, changeId, baselineId, candidateId } = await proposed()
    await server.expectOk({
      method: 'POST',
      path: `/v1/changes/${changeId}/assessments`,
      token: author.token,
      body: { baselineEvaluationId: baselineId, candidateEvaluationId: candidateId },
    })
    const answer = await decide(approver, decision.id, { verdict: 'approve', evidenceDigest: decision.evidenceDigest })
    expect([answer.status, answer.body.code]).toEqual([409, 'evidence_changed'])
    const read = await server.expectOk<{ evidenceChanged: boolean }>({
      path: `/v1/decisions/${decision.id}`,
      token: approver.token,
    })
    expect(read.evidenceChanged).toBe(true)
    const settled = await approve(server, approver, decision.id)
    expect(settled.status).toBe('approved')
  })

  test('refuses an approval after the risk was set, and shows from then on what the approver saw', async () => {
    const { decision, changeId } = await proposed()
    await server.expectOk({
      method: 'PUT',
      path: `/v1/changes/${changeId}/risk`,
      token: author.token,
      body: { severity: 'critical' },
    })
    const stale = await decide(approver, decision.id, { verdict: 'approve', evidenceDigest: decision.evidenceDigest })
    expect([stale.status, stale.body.code]).toEqual([409, 'evidence_changed'])
    await approve(server, approver, decision.id)
    const read = await server.expectOk<Decision>({ path: `/v1/decisions/${decision.id}`, token: author.token })
    expect(read.evidenceDigest).not.toBe(decision.evidenceDigest)
    expect(read.evidenceDigest).toBe(read.approvals[0]?.evidenceDigest)
    const record = await server.expectOk<{ content: { rationale: { evidenceDigest: string }; evidence: unknown } }>({
      path: `/v1/records/${read.recordId}`,
      token: author.token,
    })
    expect(record.content.rationale.evidenceDigest).toBe(read.evidenceDigest)
    expect(record.content.evidence).toMatchObject({ change: { risk: { severity: 'critical' } } })
  })
})

test('seals the risk that the approver read, however many set another at the same moment', async () => {
  for (let round = 0; round < 6; round += 1) {
    const { decision, changeId } = await proposed()
    const path = `/v1/changes/${changeId}/risk`
    const setRisk = () =>
      server.send({
        method: 'PUT',
        path,
        token: author.token,
        body: { severity: 'critical', customerImpact: 'material' },
      })
    const approval = { verdict: 'approve', evidenceDigest: decision.evidenceDigest }
    const [, , answer] = await Promise.all([setRisk(), setRisk(), decide(approver, decision.id, approval), setRisk()])
    expect([200, 409]).toContain(answer.status)
    if (answer.status === 409) continue
    const record = await server.expectOk<{ content: { evidence: unknown } }>({
      path: `/v1/records/${answer.body.recordId}`,
      token: author.token,
    })
    expect(record.content.evidence).toMatchObject({ change: { risk: { severity: 'high' } } })
  }
})

describe('an approval is a person’s', () => {
  test('P3.1: no API key approves, not even an administrator’s with every scope', async () => {
    const { decision } = await proposed()
    const { key } = await server.addKey(server.admin, keyScopes)
    const answer = await decide({ ...approver, token: key }, decision.id, {
      verdict: 'approve',
      evidenceDigest: decision.evidenceDigest,
    })
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
    const refused = await server.send({
      method: 'POST',
      path: '/v1/api-keys',
      token: server.admin.token,
      body: { name: 'approver', scopes: ['decision:approve'] },
    })
    expect(refused.status).toBe(400)
  })
})

describe('the record', () => {
  test('P4.5: its bundle verifies under keys that were pinned before, and what it discloses is what was decided', async () => {
    const pins = await server.expectOk<{ logVkey: string; recordKeys: { pem: string }[] }>({
      path: '/v1/log/keys',
      token: author.token,
    })
    const made = await recordedChange(server, { author, approver }, 'pinned')
    const { bytes } = await server.send({ path: `/v1/records/${made.recordId}/bundle`, token: server.admin.token })
    const trust = createTrust({ logVkeys: [pins.logVkey], recordKeys: pins.recordKeys.map(({ pem }) => pem) })
    expect(verifyBundle(bytes, trust).verdict).toBe('valid')

    const decision = await server.expectOk({ path: `/v1/decisions/${made.decisionId}`, token: author.token })
    const change = await server.expectOk<{ before: unknown; after: unknown }>({
      path: `/v1/changes/${made.changeId}`,
      token: author.token,
    })
    const assessment = await server.expectOk({ path: `/v1/assessments/${made.assessmentId}`, token: author.token })
    // Names of people are sealed in a section of their own.
    const { authorName: _name, authorEmail: _email, ...facts } = assessment
    const disclosed = disclosuresOf(bytes)
    expect(disclosed['before']).toMatchObject({ configuration: change.before })
    expect(disclosed['after']).toMatchObject({ configuration: change.after })
    expect(disclosed['evidence']).toMatchObject({
      change: { id: made.changeId, delta: [{ path: '/model/name', before: 'large', after: 'small' }] },
      assessments: [{ ...facts, cited: true }],
      evaluations: [{ id: made.baselineId }, { id: made.candidateId }],
    })
    expect(disclosed['rationale']).toMatchObject({
      id: made.decisionId,
      justification: decision['justification'],
      decision: 'not_act',
      approvals: [{ approverId: approver.accountId, verdict: 'approve' }],
    })
    expect(disclosed['identities']).toEqual({
      [author.accountId]: { name: 'The member', email: expect.stringContaining('@') },
      [approver.accountId]: { name: 'The approver', email: expect.stringContaining('@') },
    })
  })

  test('P4.5: it shows every assessment of the change, named in the decision or not, and its reader can compute what the approver agreed to', async () => {
    const { changeId, baselineId, assessmentId: unnamed } = await assessedChange(server, author, 'two-assessments')
    const { id: named } = await server.expectOk<{ id: string }>({
      method: 'POST',
      path: `/v1/changes/${changeId}/assessments`,
      token: author.token,
      body: { baselineEvaluationId: baselineId, candidateEvaluationId: baselineId },
    })
    const { body: decision } = await propose(changeId, proposalOf(named))
    const { recordId } = await approve(server, approver, decision.id)
    const { bytes } = await server.send({ path: `/v1/records/${recordId}/bundle`, token: author.token })
    const { evidence, rationale } = disclosuresOf(bytes) as unknown as {
      evidence: { change: { digest: string }; assessments: { id: string; digest: string; cited: boolean }[] }
      rationale: { proposal: unknown; approvals: { evidenceDigest: string }[] }
    }
    expect(evidence.assessments.map(({ id, cited }) => [id, cited])).toEqual([
      [named, true],
      [unnamed, false],
    ])
    const assessments = evidence.assessments.map(({ digest }) => digest).toSorted((a, b) => (a < b ? -1 : 1))
    const computed = digestOf({ change: evidence.change.digest, assessments, proposal: rationale.proposal })
    expect(rationale.approvals.map(({ evidenceDigest }) => evidenceDigest)).toEqual([computed])
  })

  test('P4.5: a bundle in which one byte differs no longer verifies', async () => {
    const made = await recordedChange(server, { author, approver }, 'flipped')
    const pins = await server.expectOk<{ logVkey: string; recordKeys: { pem: string }[] }>({
      path: '/v1/log/keys',
      token: author.token,
    })
    const trust = createTrust({ logVkeys: [pins.logVkey], recordKeys: pins.recordKeys.map(({ pem }) => pem) })
    const { bytes } = await server.send({ path: `/v1/records/${made.recordId}/bundle`, token: author.token })
    for (let at = 0; at < bytes.length; at += 41) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(verifyBundle(changed, trust).verdict, `byte ${at}`).not.toBe('valid')
    }
  })

  test('a correction names the record that it supersedes by digest; a record that isn’t there is refused', async () => {
    const made = await recordedChange(server, { author, approver }, 'corrected')
    const proposal = { ...proposalOf(made.assessmentId), supersedes: made.recordId }
    const unknown = await propose(made.changeId, { ...proposal, supersedes: made.changeId })
    expect(unknown.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/supersedes' }] })
    const { body } = await propose(made.changeId, proposal)
    const { recordId } = await approve(server, approver, body.id)
    const record = await server.expectOk<{ supersedes: string }>({
      path: `/v1/records/${recordId}`,
      token: author.token,
    })
    expect(record.supersedes).toBe(made.recordId)
    const payload = async (id: string) => {
      const { bytes } = await server.send({ path: `/v1/records/${id}/bundle`, token: author.token })
      return parseBundle(bytes)
    }
    const [first, second] = [await payload(made.recordId), await payload(recordId)]
    const statement = Buffer.from(second.dsseEnvelope.payload, 'base64').toString()
    expect(statement).toContain(first.entryFields.paeSha256)
  })
})

function disclosuresOf(bytes: Buffer): Record<string, unknown> {
  const { disclosures } = parseBundle(bytes)
  return Object.fromEntries(
    disclosures.map((it) => [it.section, 'bytes' in it ? JSON.parse(Buffer.from(it.bytes).toString()) : 'erased']),
  )
}

async function rowsOf(tenantId: string): Promise<Record<string, string>> {
  while ((await server.owner.query('select from ledger_outbox limit 1')).rows.length > 0) await sleep(20)
  const { rows } = await server.owner.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`,
  )
  const counts: Record<string, string> = {}
  for (const { name } of rows) {
    const found = await server.owner.query(
      `select count(*)::text || coalesce(':' || nullif(md5(string_agg(it, '|' order by it)), md5('')), '') as digest
       from ${name} t, lateral (select (to_jsonb(t) - 'used_at' - 'last_used_at')::text as it) where tenant_id = $1`,
      [tenantId],
    )
    counts[name] = found.rows[0].digest
  }
  return counts
}

describe('the sample workspace', () => {
  test('goes as a whole, alone, and never takes another tenant along', async () => {
    const sample = await server.addTenant('sample')
    const ada = await server.addPerson(sample, 'member')
    const kofi = await server.addPerson(sample, 'approver')
    await recordedChange(server, { author: ada, approver: kofi }, 'support-bot')
    const before = await rowsOf(server.admin.tenant.id)
    const { rows } = await server.owner.query('select remove_sample_tenant($1) as removed', [server.admin.tenant.id])
    expect(rows).toEqual([{ removed: false }])
    expect(await rowsOf(server.admin.tenant.id)).toEqual(before)

    const inside = await server.send({ method: 'DELETE', path: '/v1/sample-workspace', token: ada.token })
    expect(inside.status).toBe(403)
    await server.expectOk({ method: 'DELETE', path: '/v1/sample-workspace', token: server.admin.token })
    expect(Object.values(await rowsOf(sample.id)).every((rows) => rows === '0')).toBe(true)
    const after = await rowsOf(server.admin.tenant.id)
    const { audit_event: _a, ledger_entry: _b, ledger_outbox: _c, ledger_checkpoint: _d, ...quiet } = after
    expect(before).toMatchObject(quiet)
    const again = await server.send({ method: 'DELETE', path: '/v1/sample-workspace', token: server.admin.token })
    expect(again.status).toBe(404)
    expect((await server.send({ path: '/v1/me', token: ada.token })).status).toBe(401)
  })
})

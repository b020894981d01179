import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { AuditEventView, ProvedAuditEvent } from '@afterai/contract'
import {
  canonicalBytes,
  checkCommitment,
  createTrust,
  decodeBase64,
  decodeEntry,
  decodeStatement,
  entryFromEnvelope,
  encodeEntry,
  parseCanonical,
  publicKeyOf,
  readEnvelope,
  verifyBundle,
  verifyEnvelope,
} from '@afterai/record'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLedgerKeys } from '../../src/ledger/index.ts'
import { fillLog } from '../../src/ledger/fill-log.ts'
import { openLoneConnection } from '../../src/platform/database.ts'
import { toCsvRow } from '../../src/trail/csv.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

interface Page {
  readonly items: AuditEventView[]
  readonly nextCursor: string | null
}

let server: TestServer
let admin: Person
let auditor: Person
let member: Person

beforeAll(async () => {
  server = await startTestServer()
  admin = server.admin
  auditor = await server.addPerson(admin.tenant, 'auditor')
  member = await server.addPerson(admin.tenant, 'member')
  for (const name of ['one', 'two', 'three'])
    await server.expectOk({ method: 'POST', path: '/v1/systems', token: member.token, body: { name } })
  await server.send({ method: 'POST', path: '/v1/invitations', token: member.token, body: {} })
  const key = await server.addKey(member, ['system:write'])
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: key.key, body: { name: 'four' } })
})
afterAll(() => server.stop())

const list = (query: Record<string, string>): Promise<Page> =>
  server.expectOk({ path: `/v1/audit-events?${new URLSearchParams(query).toString()}`, token: auditor.token })

async function integrated(): Promise<void> {
  while ((await server.owner.query('select from ledger_outbox limit 1')).rows.length > 0) await sleep(20)
}

describe('P4.4: the trail is found by what is asked for', () => {
  test.each([
    ['action', { action: 'system.create' }, 4],
    ['the beginning of actions', { actionPrefix: 'system.' }, 4],
    ['an underscore, which is no pattern', { actionPrefix: 'system_' }, 0],
    ['outcome', { outcome: 'denied' }, 1],
    ['credential', { credential: 'api_key' }, 1],
    ['several at once', { actionPrefix: 'system.', credential: 'bearer' }, 3],
    ['an instant before all', { to: '2020-01-01T00:00:00Z' }, 0],
    ['an instant after all', { from: '2100-01-01T00:00:00+02:00' }, 0],
  ])('by %s', async (_what, query, wanted) => {
    expect((await list({ limit: '200', ...query })).items).toHaveLength(wanted)
  })

  test('by actor, resource and request, and by a span of time', async () => {
    // An event has its place in the log once it is sealed, which reading once more would see.
    await integrated()
    const { items } = await list({ actorId: member.accountId, action: 'system.create', limit: '200' })
    expect(items).toHaveLength(4)
    const [event] = items
    if (event === undefined) throw new Error('there is no event')
    expect((await list({ resource: event.resource ?? '' })).items).toEqual([event])
    expect((await list({ requestId: event.requestId ?? '' })).items).toEqual([event])
    const to = new Date(Date.parse(event.occurredAt) + 1).toISOString()
    const within = await list({ from: event.occurredAt, to, action: 'system.create' })
    expect(within.items.map(({ id }) => id)).toContain(event.id)
  })

  test('page by page, from either end, without a gap or a repetition', async () => {
    const { rows } = await server.owner.query<{ id: string }>(
      'select id from audit_event where tenant_id = $1 and occurred_at < now() order by id',
      [admin.tenant.id],
    )
    for (const order of ['oldest', 'newest']) {
      const seen: string[] = []
      let cursor: string | null = null
      // What reading leaves behind is newer than all of these.
      const to = new Date().toISOString()
      do {
        const next: Page = await list({ order, to, limit: '3', ...(cursor === null ? {} : { cursor }) })
        seen.push(...next.items.map(({ id }) => id))
        cursor = next.nextCursor
      } while (cursor !== null)
      const wanted = rows.map(({ id }) => id)
      const inOrder = order === 'oldest' ? seen : seen.toReversed()
      expect(inOrder.slice(0, wanted.length)).toEqual(wanted)
      expect(new Set(seen).size).toBe(seen.length)
    }
  })

  test.each([
    'action=x%27%20or%20true',
    'actorId=1',
    'from=yesterday',
    'outcome=maybe',
    'order=random',
    'unknown=1',
    'cursor=x',
    'resource=a%0Ab',
    'limit=0',
  ])('ASVS 1.2.4: refuses ?%s', async (query) => {
    const answer = await server.send({ path: `/v1/audit-events?${query}`, token: auditor.token })
    expect(answer.status).toBe(400)
  })
})

test('P4.4, P4.5: one event comes with all that an outsider needs to hold it against the log', async () => {
  await integrated()
  const { items } = await list({ action: 'system.create' })
  const id = items[0]?.id ?? ''
  const event = await server.expectOk<ProvedAuditEvent>({ path: `/v1/audit-events/${id}`, token: auditor.token })
  const envelope = readEnvelope(parseCanonical(decodeBase64(event.envelope)))
  const key = publicKeyOf(server.keys.record.privateKey)
  const statement = decodeStatement(verifyEnvelope(envelope, [key]))
  expect(statement.facts).toMatchObject({ eventId: id, action: 'system.create', at: event.occurredAt })
  const { credential, address, requestId, resource, details } = event
  const opened = canonicalBytes({ credential, address, requestId, resource, details: details as never })
  const [section] = statement.sections
  if (section === undefined || event.proof === null) throw new Error('an event without its section or its proof')
  checkCommitment(section, decodeBase64(event.salt), opened)
  const entry = decodeBase64(event.proof.entry)
  expect(decodeEntry(entry).kind).toBe('audit')
  expect(Buffer.from(encodeEntry(entryFromEnvelope('audit', envelope)))).toEqual(Buffer.from(entry))
  const alone = await server.expectOk({ path: `/v1/log/proof/${id}`, token: auditor.token })
  expect(alone['index']).toBe(event.logIndex)
  const absent = '/v1/audit-events/01a20a5b-6239-705d-b9f2-c38849688556'
  expect((await server.send({ path: absent, token: auditor.token })).status).toBe(404)
})

test('P4.4, P4.5: the bundle of an event is verified as a record’s is, and no longer once a word of it is changed', async () => {
  const { items } = await list({ action: 'system.create' })
  const answer = await server.send({ path: `/v1/audit-events/${items[0]?.id}/bundle`, token: auditor.token })
  const keys = await server.expectOk<{ logVkey: string; recordKeys: { pem: string }[] }>({
    path: '/v1/log/keys',
    token: auditor.token,
  })
  const trust = createTrust({ recordKeys: keys.recordKeys.map(({ pem }) => pem), logVkeys: [keys.logVkey] })
  expect(verifyBundle(answer.bytes, trust)).toMatchObject({
    verdict: 'valid',
    statement: { kind: 'audit', facts: { eventId: items[0]?.id } },
  })
  const bundle = JSON.parse(answer.text) as { disclosures: { bytes: string }[] }
  const disclosed = Buffer.from(bundle.disclosures[0]?.bytes ?? '', 'base64').toString()
  expect(disclosed).toContain('"credential":"api_key"')
  const forged = Buffer.from(disclosed.replace('api_key', 'bearers')).toString('base64')
  const text = answer.text.replace(bundle.disclosures[0]?.bytes ?? '', forged)
  expect(verifyBundle(Buffer.from(text), trust).verdict).toBe('payload_mismatch')
})

describe('P4.4: an export', () => {
  const exported = (query: string) => server.send({ path: `/v1/audit-events/export?${query}`, token: auditor.token })

  test('has every event that the log holds, in its order, each with its id and index', async () => {
    const answer = await exported('format=jsonl')
    expect(answer.headers['content-type']).toContain('application/jsonl')
    const events = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEventView)
    const { rows } = await server.owner.query<{ id: string; logIndex: number }>(
      `select entry_id as id, idx::int as "logIndex" from ledger_entry where tenant_id = $1 and idx < $2 order by idx`,
      [admin.tenant.id, answer.headers['afterai-log-size']],
    )
    expect(events.map(({ id, logIndex }) => ({ id, logIndex }))).toEqual(rows)
    // What was committed before it was asked for is in it.
    const before = await server.owner.query<{ id: string }>(
      'select id from audit_event where tenant_id = $1 and request_id <> $2 and occurred_at < now()',
      [admin.tenant.id, answer.headers['x-request-id']],
    )
    const ids = new Set(events.map(({ id }) => id))
    expect(before.rows.filter(({ id }) => !ids.has(id))).toEqual([])
  })

  test('as CSV says the same as JSON lines, and takes the same filters', async () => {
    const query = 'action=system.create&credential=bearer'
    const [csv, jsonl] = [await exported(`format=csv&${query}`), await exported(`format=jsonl&${query}`)]
    const records = parse(csv.text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
    const events = jsonl.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEventView)
    expect(records.map(({ id, logIndex, action, details }) => ({ id, logIndex, action, details }))).toEqual(
      events.map(({ id, logIndex, action, details }) => {
        return { id, logIndex: String(logIndex), action, details: JSON.stringify(details) }
      }),
    )
    expect(records).toHaveLength(3)
  })

  test('doesn’t happen when its own event can’t be written', async () => {
    await server.owner.query(`
      create or replace function break_audit() returns trigger language plpgsql as $$ begin raise 'the audit is broken'; end $$;
      create trigger break_audit before insert on audit_event for each row execute function break_audit()`)
    const answer = await exported('format=csv')
    await server.owner.query('drop trigger break_audit on audit_event')
    expect([answer.status, answer.text.includes('system.create')]).toEqual([500, false])
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '＝1', '＋1', '－1', '＠1', '\n=1'])(
    'ASVS 1.2.10: %j in a cell is no formula to a spreadsheet',
    (text) => {
      const row = {
        logIndex: 1,
        id: 'x',
        occurredAt: '',
        action: 'a',
        outcome: 'allowed',
        actorId: null,
        credential: text,
        address: 'a "quoted", one',
        requestId: null,
        resource: text,
        details: { a: 1 },
        actorName: text,
        actorEmail: null,
        actorKey: null,
        resourceName: text,
      }
      const [cells] = parse(toCsvRow(row), { record_delimiter: '\r\n' })
      expect(cells).toEqual([
        '1',
        'x',
        '',
        'a',
        'allowed',
        '',
        `'${text}`,
        row.address,
        '',
        `'${text}`,
        '{"a":1}',
        `'${text}`,
        '',
        '',
        `'${text}`,
      ])
    },
  )

  test('P5.3: of 200,000 events holds a bounded part of them in memory, however slow its reader', async () => {
    const { token, size } = await tenantWithManyEvents(200_000)
    await server.http.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.http.server.address() as AddressInfo
    const before = heldMib()
    const headers = { authorization: `Bearer ${token}` }
    const ask = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const path = '/v1/audit-events/export?format=jsonl'
        get({ host: '127.0.0.1', port, path, headers }, resolve).on('error', reject)
      })
    let response = await ask()
    // A disk that is busy with the rows above holds the log back: the answer says to come again, and a client does.
    while (response.statusCode === 503) {
      response.resume()
      await sleep(Number(response.headers['retry-after']) * 1000)
      response = await ask()
    }
    expect(response.statusCode).toBe(200)
    // Nobody reads for a while: what isn't read isn't fetched either.
    await sleep(1_500)
    const peaks = [heldMib() - before]
    let [lines, sizeBytes] = [0, 0]
    for await (const chunk of response as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      for (const byte of chunk) if (byte === 10) lines += 1
      if (lines % 20 === 0 && peaks.length < 20) peaks.push(heldMib() - before)
    }
    expect(lines).toBe(size)
    expect(sizeBytes / 2 ** 20).toBeGreaterThan(60)
    expect(Math.max(...peaks)).toBeLessThan(24)
  }, 300_000)
})

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Measures the memory that is held after a collection, on the heap and beside it, in MiB. */
function heldMib(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

/** A tenant whose log holds so many events more. They are put there past the sequencer: only reading is of interest. */
async function tenantWithManyEvents(count: number): Promise<{ token: string; size: number }> {
  const tenant = await server.addTenant('busy')
  const { token, accountId } = await server.addPerson(tenant, 'auditor')
  await integrated()
  const { rows } = await server.owner.query<{ origin: string; first: number }>(
    `select origin, (select max(size)::int from ledger_checkpoint c where c.tenant_id = l.tenant_id) as first
     from ledger_log l where tenant_id = $1`,
    [tenant.id],
  )
  const [{ origin, first } = { origin: '', first: 0 }] = rows
  const { record, log } = server.keys
  const signer = createLedgerKeys(record.privateKey, log.privateKey).checkpointSigner(origin)
  const connection = await openLoneConnection(server.database.owner)
  await fillLog(connection.db, { tenantId: tenant.id, signer, count })
  await connection.close()
  await server.owner.query(
    `insert into audit_event (tenant_id, id, action, outcome, actor_id, credential, address, request_id, resource, details, envelope, salt, ciphertext)
     select $1, entry_id, 'system.create', 'allowed', $2, 'bearer', '127.0.0.1', entry_id::text, 'system/' || entry_id,
       jsonb_build_object('name', 'system-' || idx), '', '', ''
     from ledger_entry where tenant_id = $1 and idx >= $3`,
    [tenant.id, accountId, first],
  )
  await server.owner.query('analyze audit_event')
  return { token, size: first + count }
}

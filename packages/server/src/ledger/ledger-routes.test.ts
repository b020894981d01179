import { type LogAuditLine, logAuditLine, type Permission, problems } from '@afterai/contract'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import {
  appendLeaf,
  decodeBase64,
  decodeEntries,
  emptyFrontier,
  hashLeaf,
  parseCheckpoint,
  parseTlogProof,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '@afterai/record'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAudit } from '../audit/audit.ts'
import { createCredentialLookup, credentialHasher, guardRoutes, createRefusalTelling } from '../access/index.ts'
import { newApiKey } from '../access/secret-tokens.ts'
import { createHttp } from '../platform/http.ts'
import type { Http } from '../platform/http-application.ts'
import { newId } from '../platform/ids.ts'
import { ledgerRoutes, startSequencer } from './index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'

const hashCredential = credentialHasher(randomBytes(32))
let database: TestDatabase
let ledger: TestLedger
let http: Http
let entryIds: string[]
let key: string
let auditor: string

beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await createTestLedger(database)
  entryIds = [...(await ledger.write(5)), ...(await ledger.write(300))]
  const sequencer = startSequencer(ledger)
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await sequencer.stop()
  http = await createHttp({ logger: ledger.log })
  const audit = createAudit(ledger.appendStatements)
  guardRoutes(http, {
    db: ledger.db,
    credentials: createCredentialLookup(ledger.pool),
    tellRefusal: createRefusalTelling(ledger.db, audit).tell,
    tokens: generateKeyPairSync('ed25519'),
    hashCredential,
    cookieName: 'session',
    sessionIdleMs: 60_000,
    audit,
    admit: async () => undefined,
  })
  ledgerRoutes(http, { db: ledger.db, verifierOf: () => ledger.verifier, alarmOf: () => undefined })
  key = await createKey(ledger, ['log:read'])
  auditor = await createKey(ledger, ['audit:read'])
})

afterAll(async () => {
  await http.close()
  await ledger.close()
  await database.drop()
})

async function createKey({ owner, tenantId }: TestLedger, scopes: readonly Permission[]): Promise<string> {
  const [accountId, text] = [newId(), newApiKey()]
  await owner.query("insert into account (id, kind, name) values ($1, 'service', 'auditor')", [accountId])
  await owner.query(
    "insert into membership (tenant_id, account_id, role, name) values ($1, $2, 'auditor', 'auditor')",
    [tenantId, accountId],
  )
  await owner.query(
    `insert into api_key (tenant_id, id, account_id, name, prefix, key_hash, scopes)
     values ($1, $2, $3, 'test', 'aftr', $4, $5)`,
    [tenantId, newId(), accountId, hashCredential(text), scopes],
  )
  return text
}

function get(path: string, apiKey = key) {
  return http.inject({ url: `/v1/log/${path}`, headers: { authorization: `Bearer ${apiKey}` } })
}

function linesOf({ statusCode, body }: { statusCode: number; body: string }): LogAuditLine[] {
  expect(statusCode).toBe(200)
  return body
    .trimEnd()
    .split('\n')
    .map((line) => logAuditLine.parse(JSON.parse(line)))
}

/** The one line of an answer, and the entries behind it. */
function partOf({ statusCode, rawPayload }: { statusCode: number; rawPayload: Buffer }) {
  expect(statusCode).toBe(200)
  const end = rawPayload.indexOf('\n')
  const line = logAuditLine.parse(JSON.parse(rawPayload.toString('utf8', 0, end)))
  return { line, bundle: new Uint8Array(rawPayload.subarray(end + 1)) }
}

async function newest() {
  return parseCheckpoint((await get('checkpoint')).body)
}

describe('the log over HTTP', () => {
  it('P4.5: can be rebuilt from its entry bundles and its tiles, to the root of its checkpoint', async () => {
    const bundles = [await get('tile/entries/000'), await get('tile/entries/001.p/49')]
    const entries = bundles.flatMap(({ rawPayload }) => decodeEntries(new Uint8Array(rawPayload)))
    const leafHashes = entries.map(hashLeaf)
    const tree = leafHashes.reduce((grown, leaf) => appendLeaf(grown, leaf), emptyFrontier)
    expect(tree.size).toBe(305n)
    const { root } = await newest()
    expect(Buffer.compare(rootOf(tree), root)).toBe(0)
    const tiles = [await get('tile/0/000'), await get('tile/0/001.p/49')].map(({ rawPayload }) => rawPayload)
    expect(Buffer.compare(Buffer.concat(tiles), Buffer.concat(leafHashes))).toBe(0)
    const full = leafHashes.slice(0, 256).reduce((grown, leaf) => appendLeaf(grown, leaf), emptyFrontier)
    expect(Buffer.compare((await get('tile/1/000.p/1')).rawPayload, rootOf(full))).toBe(0)
  })

  it('P4.5: gives an entry with its proof', async () => {
    const answer = await get(`proof/${entryIds[300] ?? ''}`)
    const { entry, tlogProof } = answer.json<{ entry: string; tlogProof: string }>()
    const { index, hashes, checkpoint } = parseTlogProof(tlogProof)
    const { size, root } = parseCheckpoint(checkpoint)
    const leafHash = hashLeaf(decodeBase64(entry))
    expect(verifyInclusion({ index, size, root, leafHash, proof: hashes })).toBe(true)
  })

  it('P4.5: proves that it continues an earlier checkpoint', async () => {
    const { checkpoint, hashes } = (await get('proof?from=256')).json<{ checkpoint: string; hashes: string[] }>()
    const { rows } = await ledger.owner.query<{ note: string }>(
      'select note from ledger_checkpoint where tenant_id = $1 and size = 256',
      [ledger.tenantId],
    )
    const [earlier, later] = [parseCheckpoint(rows[0]?.note ?? ''), parseCheckpoint(checkpoint)]
    const claim = { size1: 256n, size2: later.size, root1: earlier.root, root2: later.root }
    expect(verifyConsistency({ ...claim, proof: hashes.map(decodeBase64) })).toBe(true)
  })

  it.each([
    ['tile/0/002', 404],
    ['tile/0/001', 404],
    ['tile/0/001.p/50', 404],
    ['tile/entries/001.p/50', 404],
    ['tile/1/000.p/2', 404],
    ['tile/0/000.p/256', 404],
    ['tile/0/x000/000', 404],
    ['proof?from=0', 400],
    ['proof?from=306', 400],
    ['proof?from=x', 400],
    [`proof/${newId()}`, 404],
    ['proof/not-an-id', 400],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(path)).statusCode).toBe(status)
  })

  it('serves tiles for good, and the checkpoint for now', async () => {
    expect((await get('tile/0/000')).headers['cache-control']).toContain('immutable')
    expect((await get('checkpoint')).headers['cache-control']).toBe('no-store')
  })

  it('P4.5: recomputes the whole log for an auditor, and nobody else', async () => {
    const [line, ...others] = linesOf(await get('audit', auditor))
    expect(others).toEqual([])
    const { producers, position: _position, ...found } = line ?? {}
    expect(found).toEqual({ from: 0, size: 305, end: 305, checkpoints: 2, faults: [], incomplete: [] })
    const ranges = Object.values(producers ?? {}).flatMap((it) => it.ranges)
    expect(ranges).toEqual([[1, 305]])
    expect((await get('audit')).json()).toMatchObject({ code: 'forbidden', permission: 'audit:read' })
  })

  it('P4.5: shows the entries where they are asked for, which give the root that was signed', async () => {
    const { line, bundle } = partOf(await get('audit?entries=true', auditor))
    expect(line).toMatchObject({ from: 0, size: 305, entryBytes: bundle.length })
    const entries = decodeEntries(bundle)
    const tree = entries.reduce((grown, entry) => appendLeaf(grown, hashLeaf(entry)), emptyFrontier)
    expect(Buffer.compare(rootOf(tree), (await newest()).root)).toBe(0)
  })

  it('P4.5: goes on from what an earlier answer came to, which it remembers nothing of', async () => {
    const [half] = linesOf(await get('audit?end=100', auditor))
    expect(half).toMatchObject({ size: 100, end: 100, faults: [] })
    const { line: rest, bundle } = partOf(await get(`audit?entries=true&position=${half?.position}`, auditor))
    expect(rest).toMatchObject({ from: 100, size: 305, end: 305, checkpoints: 2, faults: [] })
    expect(decodeEntries(bundle)).toHaveLength(205)
    // Nothing is left to verify: what may be wrong at the end is told again.
    expect(linesOf(await get(`audit?position=${rest.position}`, auditor))).toMatchObject([
      { from: 305, size: 305, end: 305, faults: [] },
    ])
  })

  it('P4.5: a position that was verified with other entries gives a fault, and one that is none is refused', async () => {
    const [half] = linesOf(await get('audit?end=100', auditor))
    const position = JSON.parse(Buffer.from(half?.position ?? '', 'base64url').toString()) as { tree: string }
    const written = (it: object): string => Buffer.from(JSON.stringify(it)).toString('base64url')
    const forged = written({ ...position, tree: `AAAA${position.tree.slice(4)}` })
    const [line] = linesOf(await get(`audit?position=${forged}`, auditor))
    expect(line?.faults.join()).toMatch(/the root of checkpoint 256 is another/)
    const beyond = written({ size: 2 ** 40, signed: 0, tree: Buffer.alloc(32).toString('base64url') })
    expect(linesOf(await get(`audit?position=${beyond}`, auditor))[0]?.faults.join()).toContain('305 are here')
    for (const bad of ['x', written({}), written({ ...position, tree: 'AAAA' }), written({ ...position, size: -1 })])
      expect((await get(`audit?position=${bad}`, auditor)).json()).toMatchObject({ code: 'invalid_cursor' })
  })

  it('makes four audits at a time for a tenant, and says when to come again', async () => {
    // Who holds the log's table back makes the first ones wait until the last has been refused.
    await ledger.owner.query('begin; lock table ledger_entry in access exclusive mode')
    const answers = Array.from({ length: 5 }, () => get('audit', auditor))
    const refused = await Promise.race(answers)
    await ledger.owner.query('commit')
    expect(refused.json()).toMatchObject({ code: 'not_ready', status: 503 })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    const codes = (await Promise.all(answers)).map(({ statusCode }) => statusCode)
    expect(codes.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 503])
    expect((await get('audit', auditor)).statusCode).toBe(200)
  })

  it('P3.1: asks for log:read, and says so', async () => {
    const narrow = await createKey(ledger, ['system:read'])
    for (const path of ['checkpoint', 'tile/0/000', 'proof?from=1', `proof/${entryIds[0] ?? ''}`]) {
      expect((await get(path, narrow)).json()).toMatchObject({ code: 'forbidden', permission: 'log:read' })
      expect((await http.inject({ url: `/v1/log/${path}` })).statusCode).toBe(problems.unauthenticated[0])
    }
  })

  it('P4.1: shows another tenant nothing, not even that there is a log', async () => {
    const other = await createTestLedger(database)
    const stranger = await createKey(other, ['log:read'])
    for (const path of ['checkpoint', 'tile/0/000', `proof/${entryIds[0] ?? ''}`])
      expect((await get(path, stranger)).statusCode).toBe(404)
    await other.close()
  })
})

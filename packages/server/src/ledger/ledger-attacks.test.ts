import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { parseCheckpoint, rootOf, signCheckpoint, verifyCheckpoint, verifyConsistency } from '@afterai/record'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LogAudit } from '@afterai/contract'
import { auditWholeLog, checkHeads, proveGrowth, startSequencer } from './index.ts'
import { createLogKey, createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { readFrontier, readHead } from './tree-store.ts'

const tables = ['ledger_log', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint', 'ledger_refused']

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ledger = await createTestLedger(database)
  await grow(5)
  await grow(257)
})
afterEach(() => ledger.close())

// A sequencer that remembers nothing, as after a restart.
async function grow(count: number): Promise<void> {
  await ledger.write(count)
  const sequencer = startSequencer(ledger)
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await sequencer.stop()
}

function audit(): Promise<LogAudit> {
  return ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
}

async function keptNote(): Promise<string> {
  const head = await ledger.read((tx) => readHead(tx, ledger.tenantId))
  return head?.note ?? ''
}

// What the check at the start says of this log. Other logs of this file's database have other keys, or were attacked too.
async function mismatched(): Promise<string[]> {
  const found = await checkHeads(ledger.db, ledger.signerOf)
  return found.map(({ message }) => message).filter((message) => message.includes(ledger.tenantId))
}

async function waitingForLocks(): Promise<number> {
  const { rows } = await ledger.owner.query<{ count: number }>(
    `select count(*)::int from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0]?.count ?? 0
}

const guards = [
  ...tables.flatMap((table) => [`${table} @ append_only`, `${table} @ no_truncate`]),
  'ledger_outbox @ no_change',
].map((guard) => guard.split(' @ '))

// What only a superuser or the tables' owner can do. The guards are back afterwards, as an attacker would see to.
async function withoutTriggers(...statements: string[]): Promise<void> {
  const steps = [
    ...guards.map(([table, trigger]) => `alter table ${table} disable trigger ${trigger}`),
    ...statements.map((statement) => statement.replaceAll('$tenant', `'${ledger.tenantId}'`)),
    ...guards.map(([table, trigger]) => `alter table ${table} enable always trigger ${trigger}`),
  ]
  // One message is one transaction: if the attack fails, nothing of it stays.
  await ledger.owner.query(steps.join(';'))
}

const dropTail = (size: number): string[] => [
  `delete from ledger_entry where tenant_id = $tenant and idx >= ${size}`,
  `delete from ledger_checkpoint where tenant_id = $tenant and size > ${size}`,
  `delete from ledger_tile where tenant_id = $tenant and (idx + 1) * 256 > ${size}`,
]

const editEntry = (idx: number): string =>
  `update ledger_entry set entry = '{}', leaf_hash = sha256('\\x00'::bytea || '{}') where tenant_id = $tenant and idx = ${idx}`

/** Whether the log, as it is served now, continues the checkpoint that a client kept. */
async function continues(note: string): Promise<boolean> {
  const kept = parseCheckpoint(note)
  const { checkpoint, hashes } = await ledger.read((tx) => proveGrowth(tx, ledger.tenantId, Number(kept.size)))
  const { size, root, ...shown } = parseCheckpoint(checkpoint)
  verifyCheckpoint({ size, root, ...shown }, [ledger.verifier])
  return verifyConsistency({ size1: kept.size, root1: kept.root, size2: size, root2: root, proof: hashes })
}

describe('the database', () => {
  const changes = tables.flatMap((table) => [
    `update ${table} set tenant_id = tenant_id`,
    `delete from ${table}`,
    `truncate ${table} cascade`,
  ])
  it.each([...changes, 'update ledger_outbox set entry = entry', 'truncate ledger_outbox'])(
    'P4.5: refuses "%s", even to a superuser who replays as a replica',
    async (statement) => {
      await ledger.write(1)
      await ledger.owner.query(`insert into ledger_refused (tenant_id, entry_id, entry, producer_id, producer_sequence)
        select tenant_id, entry_id, entry, producer_id, producer_sequence from ledger_entry limit 1`)
      await ledger.owner.query("set session_replication_role = 'replica'")
      await expect(ledger.owner.query(statement)).rejects.toMatchObject({ code: '23001' })
    },
  )

  it('P4.5: refuses a leaf hash that is not that of its entry, even without triggers', async () => {
    const edit = `update ledger_entry set entry = '{}' where tenant_id = $tenant and idx = 3`
    await expect(withoutTriggers(edit)).rejects.toMatchObject({ code: '23514' })
  })

  it('lets a tenant that was made as a sample be removed; no other can become one', async () => {
    const relabel = ledger.owner.query('update tenant set sample = true where id = $1', [ledger.tenantId])
    await expect(relabel).rejects.toThrow('a tenant keeps its label')
    const sample = await createTestLedger({ ...database, sample: true })
    await sample.write(1)
    const sequencer = startSequencer(sample)
    await sequencer.integrate(sample.tenantId)
    await sequencer.stop()
    for (const table of ['ledger_checkpoint', 'ledger_tile', 'ledger_entry', 'ledger_log'])
      await sample.owner.query(`delete from ${table} where tenant_id = $1`, [sample.tenantId])
    const left = await sample.owner.query('select from ledger_log where tenant_id = $1', [sample.tenantId])
    expect(left.rowCount).toBe(0)
    await sample.close()
  })
})

describe('a superuser who disables the triggers', () => {
  it('leaves no fault behind when nothing is changed', async () => {
    await withoutTriggers()
    expect(await audit()).toMatchObject({ size: 262, intact: true, complete: true, faults: [] })
    expect(await mismatched()).toEqual([])
  })

  const inside: readonly [attack: string, statements: readonly string[], fault: RegExp][] = [
    ['edits an entry', [editEntry(3)], /the root of checkpoint 5 is another/],
    ['edits an entry of the last batch', [editEntry(261)], /the root of checkpoint 262 is another/],
    [
      'reorders two entries',
      [
        `update ledger_entry set idx = idx + 1000000 where tenant_id = $tenant and idx in (1, 2)`,
        `update ledger_entry set idx = case idx when 1000001 then 2 else 1 end where tenant_id = $tenant and idx > 1000000`,
      ],
      /the root of checkpoint 5 is another/,
    ],
    [
      'deletes an entry inside',
      [`delete from ledger_entry where tenant_id = $tenant and idx = 7`],
      /entry 7 is missing/,
    ],
    [
      'deletes the tail, and not its checkpoint',
      [`delete from ledger_entry where tenant_id = $tenant and idx >= 200`],
      /a checkpoint was signed for 262 entries; 200 are here/,
    ],
    [
      'deletes the tail and its checkpoint inexactly',
      [`delete from ledger_checkpoint where tenant_id = $tenant and size = 262`],
      /the last entries have no checkpoint/,
    ],
    [
      'edits a tile',
      [`update ledger_tile set hashes = set_byte(hashes, 8191, 1 # get_byte(hashes, 8191)) where tenant_id = $tenant`],
      /tile 0\/0 is another/,
    ],
    [
      "edits a tile's root",
      [`update ledger_tile set root = set_byte(root, 0, 1 # get_byte(root, 0)) where tenant_id = $tenant`],
      /tile 0\/0 is another/,
    ],
    ['deletes a tile', [`delete from ledger_tile where tenant_id = $tenant`], /tile 0\/0 is missing/],
    [
      'edits a checkpoint',
      [`update ledger_checkpoint set note = replace(note, E'\\n262\\n', E'\\n263\\n') where tenant_id = $tenant`],
      /a checkpoint is not signed by the log/,
    ],
  ]
  it.each(inside)('P4.5: and %s is found by the audit of the whole log', async (_, statements, fault) => {
    await withoutTriggers(...statements)
    const found = await audit()
    expect(found.intact).toBe(false)
    expect(found.faults.join('; ')).toMatch(fault)
  })

  it.each([
    ['edits an entry of the right edge', [editEntry(261)]],
    [
      "edits the newest checkpoint's root",
      [`update ledger_checkpoint set root = sha256('x') where tenant_id = $tenant`],
    ],
    ["edits a tile's root", [`update ledger_tile set root = sha256('x') where tenant_id = $tenant`]],
    ['cuts the newest entries off', [`delete from ledger_entry where tenant_id = $tenant and idx = 261`]],
  ])('P4.5: and %s gets nothing signed on top of it', async (_, statements) => {
    await withoutTriggers(...statements)
    await ledger.write(1)
    const sequencer = startSequencer(ledger)
    await expect(sequencer.integrate(ledger.tenantId)).rejects.toThrow(/nothing more is signed/)
    await sequencer.stop()
    const waiting = await ledger.owner.query('select from ledger_outbox where tenant_id = $1', [ledger.tenantId])
    expect(waiting.rowCount).toBe(1)
    expect(await mismatched()).toEqual([expect.stringContaining(ledger.tenantId)])
  })

  it('P4.5: and swaps the log key is found by the audit, and gets nothing signed by the right key', async () => {
    const { signer } = createLogKey(ledger.origin)
    const { size, root } = parseCheckpoint(await keptNote())
    const note = signCheckpoint({ origin: ledger.origin, size, root }, [signer])
    await withoutTriggers(`update ledger_checkpoint set note = '${note}' where tenant_id = $tenant and size = ${size}`)
    expect((await audit()).faults.join()).toMatch(/not signed by the log/)
    await ledger.write(1)
    const sequencer = startSequencer(ledger)
    await expect(sequencer.integrate(ledger.tenantId)).rejects.toThrow(/nothing more is signed/)
    await sequencer.stop()
    expect(await mismatched()).toEqual([expect.stringContaining(ledger.tenantId)])
  })

  it('P4.5: and drops a pending event leaves a gap: the log is intact, and not complete', async () => {
    await ledger.write(3)
    await withoutTriggers(
      `delete from ledger_outbox where id = (select min(id) + 1 from ledger_outbox where tenant_id = $tenant)`,
    )
    await grow(1)
    expect(await audit()).toMatchObject({ size: 265, intact: true, complete: false })
  })

  it('P4.5: and deletes the tail with all its traces is found by who kept the later checkpoint', async () => {
    const kept = await keptNote()
    await withoutTriggers(...dropTail(5))
    expect((await audit()).intact).toBe(true)
    await expect(continues(kept)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('P4.5: and restores an old backup, then goes on, is found by who kept the later checkpoint', async () => {
    const kept = await keptNote()
    await withoutTriggers(...dropTail(5))
    await grow(300)
    expect(await continues(kept)).toBe(false)
  })

  it('P4.5: and forks the log leaves two signed checkpoints of one size: proof against the operator', async () => {
    const kept = parseCheckpoint(await keptNote())
    await withoutTriggers(...dropTail(5))
    await grow(1)
    await grow(256)
    const shown = parseCheckpoint(await keptNote())
    for (const checkpoint of [kept, shown]) {
      expect(verifyCheckpoint(checkpoint, [ledger.verifier])).toEqual([ledger.verifier])
    }
    expect([kept.size, shown.size]).toEqual([262n, 262n])
    expect(Buffer.compare(kept.root, shown.root)).not.toBe(0)
  })

  const replays: readonly [what: string, columns: string][] = [
    ['an entry that the log has, under another id', 'gen_random_uuid(), entry, producer_id, producer_sequence'],
    ["an entry's id, under another number", "entry_id, entry, 'another producer', 1"],
  ]
  it.each(replays)('P4.5: and replays %s finds it set aside; the log goes on and says so', async (_, columns) => {
    await withoutTriggers(`insert into ledger_outbox (tenant_id, entry_id, entry, producer_id, producer_sequence)
      select tenant_id, ${columns} from ledger_entry where tenant_id = $tenant and idx = 3`)
    await grow(2)
    const found = await audit()
    expect(found).toMatchObject({ size: 264, intact: true, complete: false })
    expect(found.faults).toEqual(["entries that repeat an id or a producer's number were set aside: 1"])
    const kept = await ledger.owner.query(
      `select from ledger_refused r join ledger_entry e using (tenant_id, entry) where tenant_id = $1 and e.idx = 3`,
      [ledger.tenantId],
    )
    expect(kept.rowCount).toBe(1)
  })

  it.each(replays)(
    'P4.5: and replays %s while two sequencers wait for their turn stops neither',
    async (_, columns) => {
      // Without rounds of their own: what follows is one batch of each.
      const sequencers = [startSequencer(ledger), startSequencer(ledger)]
      await Promise.all(sequencers.map((it) => it.stop()))
      await ledger.write(2)
      await withoutTriggers(`insert into ledger_outbox (tenant_id, entry_id, entry, producer_id, producer_sequence)
      select tenant_id, ${columns} from ledger_entry where tenant_id = $tenant and idx = 3`)
      const turn = `hashtextextended('afterai ledger ' || '${ledger.tenantId}', 0)`
      await ledger.owner.query(`select pg_advisory_lock(${turn})`)
      const integrated = Promise.all(sequencers.map((it) => it.integrate(ledger.tenantId)))
      // Nobody listens until their turn has come.
      integrated.catch(() => undefined)
      await expect.poll(waitingForLocks, { timeout: 20_000 }).toBe(2)
      await ledger.owner.query(`select pg_advisory_unlock(${turn})`)
      await integrated
      expect(await audit()).toMatchObject({ size: 264, intact: true, complete: false })
    },
  )

  it('P4.5: and queues one number twice gets the first into the log, and the second set aside', async () => {
    await ledger.write(1)
    await withoutTriggers(`insert into ledger_outbox (tenant_id, entry_id, entry, producer_id, producer_sequence)
      select tenant_id, gen_random_uuid(), entry, producer_id, producer_sequence from ledger_outbox where tenant_id = $tenant`)
    await grow(1)
    expect(await audit()).toMatchObject({ size: 264, intact: true, complete: false })
  })
})

it('the stored right edge is that of the entries', async () => {
  const frontier = await ledger.read((tx) => readFrontier(tx, ledger.tenantId, 262n))
  expect(Buffer.compare(rootOf(frontier), parseCheckpoint(await keptNote()).root)).toBe(0)
})

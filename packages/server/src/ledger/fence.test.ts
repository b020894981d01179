import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { importPublicKey, parseCheckpoint, rootOf, signWith } from '@afterai/record'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeAcceptance } from './acceptance.ts'
import { createFence } from './fence.ts'
import { createLogAlarms } from './log-alarms.ts'
import { type LogMemory, LogMemoryError, openLogMemory } from './log-memory.ts'
import { lookAtHeads } from './log-watch.ts'
import { startSequencer } from './sequencer.ts'
import { readStoredTree } from './stored-tree.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { readHead } from './tree-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'afterai-memory-'))
const pair = generateKeyPairSync('ed25519')
const key = importPublicKey(pair.publicKey.export({ type: 'spki', format: 'der' }))
const signer = { keyid: key.keyid, sign: (bytes: Uint8Array) => signWith(pair.privateKey, bytes) }

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  ledger = await createTestLedger(database)
})
afterEach(() => ledger.close())

/** A server as far as its logs are concerned: what it remembers, what keeps it from signing, and what it says. */
function node(memory: LogMemory = openLogMemory()) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const alarms = createLogAlarms(log)
  const fence = createFence(memory, key)
  const parts = { ...ledger, log, memory, fence, alarms }
  return {
    ...parts,
    lines,
    look: () => lookAtHeads(parts),
    codes: () =>
      alarms
        .all()
        .filter((it) => it.tenantId === ledger.tenantId)
        .map(({ code }) => code),
    async grow(count: number): Promise<void> {
      if (count > 0) await ledger.write(count)
      const sequencer = startSequencer(parts)
      try {
        while ((await sequencer.integrate(ledger.tenantId)) > 0);
      } finally {
        await sequencer.stop()
      }
    },
  }
}

type Node = ReturnType<typeof node>

/** Puts the log back to what an older copy of the database holds: the log as it was, with none of its later traces. */
async function putBackTo(size: number): Promise<void> {
  const tables = ['ledger_entry', 'ledger_checkpoint', 'ledger_tile']
  const each = (verb: string): string[] =>
    tables.flatMap((it) => [
      `alter table ${it} ${verb} trigger append_only`,
      `alter table ${it} ${verb} trigger no_truncate`,
    ])
  const of = `tenant_id = '${ledger.tenantId}'`
  await ledger.owner.query(
    [
      ...each('disable'),
      `delete from ledger_outbox where ${of}`,
      `delete from ledger_entry where ${of} and idx >= ${size}`,
      `delete from ledger_checkpoint where ${of} and size > ${size}`,
      `delete from ledger_tile where ${of} and (idx + 1) * 256 > ${size}`,
      ...each('enable always'),
    ].join(';'),
  )
}

async function headOf(): Promise<{ size: number; note: string }> {
  const head = await ledger.read((tx) => readHead(tx, ledger.tenantId))
  return { size: head?.size ?? 0, note: head?.note ?? '' }
}

async function accept(at: Partial<{ by: typeof signer; acceptedAt: Date; faults: string[] }> = {}): Promise<void> {
  const { by = signer, acceptedAt = new Date(), faults = [] } = at
  await ledger.read(async (tx) => {
    const { tree } = await readStoredTree(tx, ledger.tenantId, ledger.signerOf)
    const accepted = { tenantId: ledger.tenantId, acceptedAt, size: Number(tree.size), root: rootOf(tree), faults }
    await writeAcceptance(tx, by, accepted)
  })
}

describe('P4.5: a database that went back to an older copy', () => {
  const attacks: readonly [what: string, attack: (other: Node) => Promise<void>][] = [
    ['with less than was signed', async () => putBackTo(5)],
    ['with nothing at all', async () => putBackTo(0)],
    [
      'on which somebody else signed other entries up to the same size',
      async (other) => {
        await putBackTo(5)
        await other.grow(255)
      },
    ],
    [
      'on which somebody else signed other entries up to more',
      async (other) => {
        await putBackTo(5)
        await other.grow(300)
      },
    ],
  ]
  it.each(attacks)('%s gets nothing signed by who has signed before, and it is said loudly', async (_, attack) => {
    const own = node()
    await own.grow(5)
    await own.grow(255)
    await attack(node())
    const { size } = await headOf()
    await ledger.write(1)
    await expect(own.grow(0)).rejects.toThrow(/went back/)
    expect((await headOf()).size).toBe(size)
    expect(own.codes()).toEqual(['log_went_back'])
    expect(() => own.alarms.refuse(ledger.tenantId)).toThrow(
      expect.objectContaining({ code: 'log_went_back' }) as Error,
    )
    expect(own.lines.filter((line) => line.includes('ALARM') && line.includes(ledger.tenantId))).toHaveLength(1)
  })

  it.each(attacks)('%s is noticed where nothing is to be signed, also by who has only seen it', async (_, attack) => {
    const own = node()
    await own.grow(5)
    await own.grow(255)
    const witness = node()
    await witness.look()
    expect(witness.codes()).toEqual([])
    await attack(node())
    for (const each of [own, witness]) {
      await each.look()
      expect(each.codes()).toEqual(['log_went_back'])
    }
  })

  it('is signed again once the right database is back', async () => {
    const own = node()
    await own.grow(5)
    const kept = await ledger.owner.query('select * from ledger_checkpoint where tenant_id = $1', [ledger.tenantId])
    const entries = await ledger.owner.query('select * from ledger_entry where tenant_id = $1', [ledger.tenantId])
    await putBackTo(0)
    await own.look()
    expect(own.codes()).toEqual(['log_went_back'])
    for (const row of entries.rows as Record<string, unknown>[])
      await ledger.owner.query('insert into ledger_entry select * from jsonb_populate_record(null::ledger_entry, $1)', [
        JSON.stringify(row, asBytea),
      ])
    for (const row of kept.rows as Record<string, unknown>[])
      await ledger.owner.query(
        'insert into ledger_checkpoint select * from jsonb_populate_record(null::ledger_checkpoint, $1)',
        [JSON.stringify(row, asBytea)],
      )
    await own.look()
    expect(own.codes()).toEqual([])
    await own.grow(3)
    expect((await headOf()).size).toBe(8)
  })

  it('two processes that sign in turn hold each other up by nothing', async () => {
    const [one, two] = [node(), node()]
    for (let turn = 0; turn < 4; turn += 1) {
      await one.grow(70)
      await two.grow(70)
    }
    expect((await headOf()).size).toBe(560)
    await one.look()
    expect(one.memory.checkpointOf(ledger.tenantId)?.size).toBe(560)
  })

  it('isn’t remembered for what no key of the log signed', async () => {
    const own = node()
    await own.grow(5)
    await ledger.owner.query('insert into ledger_checkpoint values ($1, 1000000, sha256($2), $3)', [
      ledger.tenantId,
      Buffer.from('x'),
      (await headOf()).note,
    ])
    await own.look()
    expect(own.codes()).toEqual(['log_tampered'])
    expect(own.memory.checkpointOf(ledger.tenantId)?.size).toBe(5)
  })
})

function asBytea(this: unknown, _key: string, value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'Buffer'
  return isBuffer ? `\\x${Buffer.from((value as { data: number[] }).data).toString('hex')}` : value
}

describe('an operator’s acceptance', () => {
  async function wentBack(): Promise<Node> {
    const own = node()
    await own.grow(5)
    await own.grow(255)
    await putBackTo(5)
    await own.look()
    return own
  }

  it('has the log go on from what is there, and what is signed then is remembered in its place', async () => {
    const own = await wentBack()
    await accept()
    await own.look()
    expect(own.codes()).toEqual([])
    await own.grow(10)
    expect((await headOf()).size).toBe(15)
    expect(own.memory.checkpointOf(ledger.tenantId)?.size).toBe(15)
  })

  it('gives up nothing that was signed after it: the same database, put back once more, is refused', async () => {
    const own = await wentBack()
    await accept()
    await own.look()
    await own.grow(10)
    await putBackTo(5)
    await own.look()
    expect(own.codes()).toEqual(['log_went_back'])
  })

  it.each([
    [
      'by another key',
      {
        by: {
          keyid: key.keyid,
          sign: (bytes: Uint8Array) => signWith(generateKeyPairSync('ed25519').privateKey, bytes),
        },
      },
    ],
    ['from before the log was signed', { acceptedAt: new Date(Date.now() - 60_000) }],
  ])('counts for nothing %s', async (_, at) => {
    const own = await wentBack()
    await accept(at)
    await own.look()
    expect(own.codes()).toEqual(['log_went_back'])
  })

  it('counts for nothing where the log is another than was accepted', async () => {
    const own = await wentBack()
    await accept()
    await putBackTo(0)
    await node().grow(5)
    await own.look()
    expect(own.codes()).toEqual(['log_went_back'])
  })
})

describe('the memory on disk', () => {
  it('holds the newest checkpoint for a process that starts again, for its owner alone', async () => {
    const path = join(folder, 'kept.json')
    const memory = openLogMemory(path)
    const own = node(memory)
    await own.grow(5)
    await own.grow(5)
    memory.setTimeline('7000', 3)
    await memory.stop()
    expect(statSync(path).mode & 0o077).toBe(0)
    await putBackTo(5)
    const again = openLogMemory(path)
    expect(again.timelineOf('7000')?.timeline).toBe(3)
    const restarted = node(again)
    await restarted.look()
    expect(restarted.codes()).toEqual(['log_went_back'])
  })

  it('is written in batches, whole, however often a log grows', async () => {
    const path = join(folder, 'batched.json')
    const memory = openLogMemory(path)
    const own = node(memory)
    await own.grow(3)
    const { note } = await headOf()
    for (let time = 0; time < 1_000; time += 1) memory.giveUp(`${time}`, note)
    await memory.stop()
    const { logs } = JSON.parse(readFileSync(path, 'utf8')) as { logs: object }
    expect(Object.keys(logs)).toHaveLength(1_001)
    expect(parseCheckpoint(note).size).toBe(3n)
  })

  it.each(['', '{}', '{"version":1,"timelines":{},"logs":{"x":{"note":"no note","at":1}}}'])(
    'that is damaged is no empty one: %j',
    (text) => {
      const path = join(folder, 'damaged.json')
      writeFileSync(path, text)
      expect(() => openLogMemory(path)).toThrow(LogMemoryError)
    },
  )
})

import { logAuditLine } from '@afterai/contract'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Limiter } from '../platform/limiter.ts'
import { auditWholeLog, startSequencer } from './index.ts'
import { auditLines, type LogAuditOrder } from './log-audit.ts'
import { readPosition } from './log-position.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { logBegin } from './verify-log.ts'

const pageSize = 1_024
let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await createTestLedger(database)
  for (let written = 0; written < 5_300; written += 530) await ledger.write(530)
  const sequencer = startSequencer(ledger)
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await sequencer.stop()
})
afterAll(async () => {
  await ledger.close()
  await database.drop()
})

function orderOf(more: Partial<LogAuditOrder> = {}): LogAuditOrder {
  const inTurn: Limiter = Object.assign(<T>(work: () => Promise<T>) => work(), {
    load: () => ({ running: 0, waiting: 0 }),
  })
  return {
    tenantId: ledger.tenantId,
    known: [ledger.verifier],
    position: logBegin,
    end: undefined,
    withEntries: true,
    alarm: () => undefined,
    goesOn: () => true,
    inTurn,
    ...more,
  }
}

async function linesOf(order: LogAuditOrder) {
  const lines = []
  for await (const part of auditLines(ledger.db, { ...order, withEntries: false }))
    lines.push(logAuditLine.parse(JSON.parse(String(part))))
  return lines
}

test('P4.5: a page is read when the last one was taken, and is as large at the end of a log as at its beginning', async () => {
  let pages = 0
  const inTurn = Object.assign(
    <T>(work: () => Promise<T>) => {
      pages += 1
      return work()
    },
    { load: () => ({ running: 0, waiting: 0 }) },
  )
  const lines = auditLines(ledger.db, orderOf({ inTurn }))
  const bytes: number[] = []
  for await (const part of lines) {
    if (typeof part !== 'string') bytes.push(part.length)
    expect(pages - bytes.length).toBe(typeof part === 'string' ? 1 : 0)
  }
  expect(pages).toBe(Math.ceil(5_300 / pageSize))
  const [first = 0, ...others] = bytes
  for (const length of others) expect(length).toBeLessThanOrEqual(first * 1.01)
})

test('P4.5: lines that end anywhere and go on elsewhere come to what one audit of the whole comes to', async () => {
  const whole = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
  expect(whole).toMatchObject({ size: 5_300, intact: true, complete: true })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5_299 }), { maxLength: 4 }), async (cuts) => {
      let [position, checkpoints] = [logBegin, 0]
      for (const end of [...cuts.toSorted((a, b) => a - b), 5_300]) {
        for (const line of await linesOf(orderOf({ position, end }))) {
          expect(line).toMatchObject({ faults: [], incomplete: [] })
          checkpoints += line.checkpoints
          position = readPosition(line.position)
        }
      }
      expect({ size: position.size, checkpoints }).toEqual({ size: 5_300, checkpoints: whole.checkpoints })
    }),
    { numRuns: 8 },
  )
})

test('P4.5: what the server found before is told at the end, also to who begins behind it', async () => {
  const at = { tenantId: ledger.tenantId, source: 'verification', code: 'log_tampered' } as const
  const alarm = () => ({ ...at, findings: ['entry 3 is missing'], since: new Date(0) })
  const position = readPosition((await linesOf(orderOf({ end: 5_000 }))).at(-1)?.position ?? '')
  const [first, last] = await linesOf(orderOf({ position, alarm }))
  expect(first?.faults).toEqual([])
  expect(last?.faults).toEqual([
    'nothing more is signed for the log since 1970-01-01T00:00:00.000Z: entry 3 is missing',
  ])
})

test('P4.5: a change is found with its page, and told whatever page an answer begins with before it', async () => {
  await ledger.owner.query('alter table ledger_entry disable trigger append_only')
  const edit = `update ledger_entry set entry = '{}', leaf_hash = sha256('\\x00'::bytea || '{}') where idx = 3000`
  await ledger.owner.query(edit)
  const whole = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
  expect(whole.intact).toBe(false)
  const begin = (await linesOf(orderOf({ end: 2_900 }))).at(-1)
  expect(begin?.faults).toEqual([])
  const rest = await linesOf(orderOf({ position: readPosition(begin?.position ?? '') }))
  expect(rest.flatMap(({ faults }) => faults)).toEqual(whole.faults)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { careOf, type Health, type Known } from './care.ts'

const well: Health = {
  release: '0.1.0',
  startedAt: '2026-11-30T12:00:00.000Z',
  log: { size: 42, signedAt: '2026-11-30T12:00:00.000Z', waiting: 0, oldestSeconds: 0, stopped: null },
  limits: { reads: 1, writes: 1, heavy: 1, telemetry: 1, importMaxMib: 1, sessionIdleMinutes: 1, sessionMaxHours: 1 },
  sendsMail: true,
  instance: null,
}

test('a server that does its work needs no care', () => {
  expect(
    careOf({ unready: null, health: well, streams: [{ name: 'siem', state: 'sending', lastError: 'once' }] }),
  ).toEqual([])
})

test('a log that is stopped is told before a key that ends soon, whichever came first', () => {
  const care = careOf({
    health: { ...well, log: { ...well.log, stopped: 'log_tampered', oldestSeconds: 500 } },
    endingKeys: [{ name: 'ci', expiresAt: null }],
  })
  expect(care.map(({ title, grave }) => [title, grave])).toEqual([
    ['The log is stopped', true],
    ['A key ends soon', false],
  ])
})

test('entries that wait for a minute are told with how many and how long', () => {
  const log = { ...well.log, waiting: 7, oldestSeconds: 180 }
  expect(careOf({ health: { ...well, log } })[0]?.what).toMatch(/^7 wait for 3 min/)
  expect(careOf({ health: { ...well, log: { ...log, oldestSeconds: 59 } } })).toEqual([])
})

test('whatever is amiss is told, and nothing grave comes after what isn’t', () => {
  const known: fc.Arbitrary<Known> = fc.record({
    unready: fc.option(fc.constant('the database takes no writes')),
    health: fc
      .record({
        stopped: fc.constantFrom(null, 'log_tampered' as const, 'log_went_back' as const),
        oldestSeconds: fc.integer({ min: 0, max: 200 }),
      })
      .map((log): Health => ({ ...well, log: { ...well.log, ...log } })),
    streams: fc.array(
      fc.record({
        name: fc.string(),
        state: fc.constantFrom('sending' as const, 'failing' as const, 'paused' as const),
        lastError: fc.option(fc.string()),
      }),
    ),
  })
  fc.assert(
    fc.property(known, (it) => {
      const care = careOf(it)
      const graveness = care.map(({ grave }) => grave)
      expect(graveness).toEqual(graveness.toSorted((a, b) => Number(b) - Number(a)))
      const amiss = (it.streams ?? []).filter(({ state }) => state !== 'sending').length
      expect(care.filter(({ section }) => section === 'streams').length).toBe(amiss)
      expect(care.some(({ title }) => title === 'The server can’t do its work')).toBe(it.unready !== null)
    }),
  )
})

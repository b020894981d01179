import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { clock, dayOf, fieldOf, instantOf, setZone, zoneName } from './instants.ts'

afterEach(() => setZone(null))

describe('one zone drives every time of the page', () => {
  test('a time is shown in it, and read in it', () => {
    setZone('Asia/Tokyo')
    expect(clock('2026-11-29T20:00:00Z')).toBe('05:00')
    expect(instantOf('2026-11-30T05:00')).toBe('2026-11-29T20:00:00.000Z')
    expect(instantOf('2026-11-30')).toBe('2026-11-29T15:00:00.000Z')
    expect(dayOf('2026-11-29T20:00:00Z')).toBe('2026-11-30')
  })

  test('a zone that the browser does not know leaves its own', () => {
    const own = zoneName()
    setZone('Atlantis/Capital')
    expect(zoneName()).toBe(own)
  })

  test('an instant goes into a field and comes back to the minute, in every zone, but for the hour that a clock shows twice', () => {
    const zones = [
      'UTC',
      'Europe/Stockholm',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }).map((ms) => ms - (ms % 60_000)),
        (name, ms) => {
          setZone(name)
          const back = Date.parse(instantOf(fieldOf(ms)))
          expect(fieldOf(back)).toBe(fieldOf(ms))
          expect(Math.abs(back - ms) <= 3_600_000).toBe(true)
        },
      ),
    )
  })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gather } from './gather.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what comes five times a second for a minute is handed over once in three seconds, and nothing is lost', () => {
  const handed: number[][] = []
  const gathering = gather<number>((items) => handed.push([...items]))
  for (let n = 0; n < 300; n += 1) {
    gathering.add(n)
    vi.advanceTimersByTime(200)
  }
  vi.advanceTimersByTime(10_000)
  expect(handed.length).toBeLessThanOrEqual(21)
  expect(handed.flat()).toEqual(Array.from({ length: 300 }, (_, n) => n))
})

test('the first is handed over after a moment, and so is one after a pause', () => {
  const handed: string[][] = []
  const gathering = gather<string>((items) => handed.push([...items]))
  gathering.add('first')
  vi.advanceTimersByTime(250)
  expect(handed).toEqual([['first']])
  vi.advanceTimersByTime(60_000)
  gathering.add('after a pause')
  vi.advanceTimersByTime(250)
  expect(handed).toEqual([['first'], ['after a pause']])
})

test('nothing is handed over after its end, and a gathering goes on that is begun anew', () => {
  const handed: string[][] = []
  const gathering = gather<string>((items) => handed.push([...items]))
  gathering.add('forgotten')
  gathering.stop()
  vi.advanceTimersByTime(10_000)
  expect(handed).toEqual([])
  gathering.add('later')
  vi.advanceTimersByTime(10_000)
  expect(handed).toEqual([['later']])
})

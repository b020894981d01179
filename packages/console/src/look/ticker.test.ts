import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tickerOf, tickMs } from './ticker.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function pageUnderTest() {
  const target = new EventTarget()
  const page = { hidden: false, addEventListener: target.addEventListener.bind(target) }
  return {
    page,
    turn: (hidden: boolean) => {
      page.hidden = hidden
      target.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

test('is one timer for all that listen, and none once nobody does', () => {
  const onTick = tickerOf(pageUnderTest().page)
  expect(vi.getTimerCount()).toBe(0)
  const heard = [0, 0]
  const stops = heard.map((_, index) => onTick(() => (heard[index] = (heard[index] ?? 0) + 1)))
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(3 * tickMs)
  expect(heard).toEqual([3, 3])
  stops[0]?.()
  vi.advanceTimersByTime(tickMs)
  expect(heard).toEqual([3, 4])
  stops[1]?.()
  expect(vi.getTimerCount()).toBe(0)
})

test('rests while the page is hidden, and looks at the clock when it is seen again', () => {
  const { page, turn } = pageUnderTest()
  let heard = 0
  tickerOf(page)(() => (heard += 1))
  turn(true)
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(100 * tickMs)
  expect(heard).toBe(0)
  turn(false)
  expect(heard).toBe(1)
  vi.advanceTimersByTime(tickMs)
  expect([heard, vi.getTimerCount()]).toEqual([2, 1])
})

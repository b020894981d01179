import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Http } from '../http-application.ts'
import { boundRequests, overloaded } from './places.ts'

const longestLoopDelayMs = 500
const sampleEveryMs = 500
const resolutionMs = 10
const mebibyte = 2 ** 20
/** Beside the heap: buffers of bodies and answers, passwords being hashed, the libraries. */
const outsideHeapBytes = 768 * mebibyte
const heapPart = 0.9
/** Bytes that V8 adds to the heap for young objects: the process dies when the rest of it is full. */
const youngBytes = 192 * mebibyte
/** Time after the start for which lag is left out of account: what the start itself holds up counts for nothing. */
const settlingMs = 2_000

/**
 * Sheds load before memory grows: refuses requests while the event loop lags, the heap is nearly full, or too many are under way.
 * What tells that the process lives is exempt (`rateClass: 'none'`), and the console's files from lag. It measures by itself: `@fastify/under-pressure` reads the
 * memory in a timer where nothing catches that no file descriptor is left, which ends the process.
 */
export async function shedLoad(http: Http, { concurrentRequests }: { concurrentRequests: number }): Promise<void> {
  const pressure = watchPressure()
  http.addHook('onListen', async () => pressure.listensNow())
  http.addHook('onClose', async () => pressure.stop())
  http.addHook('onRequest', async (request) => {
    const { rateClass } = request.routeOptions.config
    if (rateClass === 'none') return
    // A file of the console lies in memory, and costs less than its refusal: without one of them, its page can't even say what is wrong.
    if (pressure.isFull() || (pressure.lags() && rateClass !== 'file')) throw overloaded()
  })
  boundRequests(http, concurrentRequests)
}

interface Pressure {
  listensNow(): void
  lags(): boolean
  isFull(): boolean
  stop(): void
}

function watchPressure(): Pressure {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  const limitBytes = getHeapStatistics().heap_size_limit
  const mostHeapBytes = Math.floor((limitBytes - youngBytes) * heapPart)
  let settledAt = Number.POSITIVE_INFINITY
  let lags = false
  let isFull = false
  const timer = setInterval(() => {
    // No measure at all since the last time: the loop stood still all the while.
    lags = Number.isNaN(delays.mean) || delays.mean / 1e6 - resolutionMs > longestLoopDelayMs
    delays.reset()
    isFull = getHeapStatistics().used_heap_size > mostHeapBytes || residentBytes() > limitBytes + outsideHeapBytes
  }, sampleEveryMs).unref()
  return {
    // Nothing comes back: what a hook answers is logged as an error.
    listensNow() {
      settledAt = Date.now() + settlingMs
    },
    lags: () => lags && Date.now() >= settledAt,
    isFull: () => isFull,
    stop() {
      clearInterval(timer)
      delays.disable()
    },
  }
}

// Node opens a file for it: without a descriptor left there is no answer.
function residentBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return 0
  }
}

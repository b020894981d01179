import { fastifyUnderPressure, TYPE_EVENT_LOOP_DELAY } from '@fastify/under-pressure'
import { getHeapStatistics } from 'node:v8'
import type { Http } from '../http.ts'
import { boundRequests, overloaded } from './places.ts'

const longestLoopDelayMs = 500
const mebibyte = 2 ** 20
/** Beside the heap: buffers of bodies and answers, passwords being hashed, the libraries. */
const outsideHeapBytes = 768 * mebibyte
const heapPart = 0.9
/** What V8 adds to the heap for young objects: the process dies when the rest of it is full. */
const youngBytes = 192 * mebibyte
/** What the start itself holds up counts for nothing: lag is left out of account for so long after it. */
const settlingMs = 2_000

/**
 * Sheds load before memory grows: refuses requests while the event loop lags, the heap is nearly full, or too many are under way.
 * What tells that the process lives is exempt (`rateClass: 'none'`).
 */
export async function shedLoad(http: Http, { concurrentRequests }: { concurrentRequests: number }): Promise<void> {
  let listeningSince = Number.POSITIVE_INFINITY
  http.addHook('onListen', async () => {
    listeningSince = Date.now()
  })
  const heapBytes = getHeapStatistics().heap_size_limit
  await http.register(fastifyUnderPressure, {
    maxEventLoopDelay: longestLoopDelayMs,
    maxHeapUsedBytes: Math.floor((heapBytes - youngBytes) * heapPart),
    maxRssBytes: heapBytes + outsideHeapBytes,
    sampleInterval: 500,
    pressureHandler: (request, _reply, kind) => {
      if (kind === TYPE_EVENT_LOOP_DELAY && Date.now() - listeningSince < settlingMs) return
      if (request.routeOptions.config.rateClass !== 'none') throw overloaded()
    },
  })
  boundRequests(http, concurrentRequests)
}

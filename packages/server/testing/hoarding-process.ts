import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { createHttp } from '../src/platform/http.ts'

/** A server of which each request keeps half a mebibyte of the heap, until it is told to let go: run with a small heap. */
const http = await createHttp({ logger: pino({ level: 'silent' }) })
let hoard: number[][] = []
http.get('/hoard', { config: { permission: 'public' } }, () => {
  hoard.push(Array.from({ length: 2 ** 16 }, () => Math.random()))
  return {}
})
http.get('/let-go', { config: { permission: 'public', rateClass: 'none' } }, () => {
  hoard = []
  globalThis.gc?.()
  return {}
})
await http.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`http://127.0.0.1:${(http.server.address() as AddressInfo).port}\n`)

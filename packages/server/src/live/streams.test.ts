import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Principal } from '../access/index.ts'
import type { Notice } from '../audit/index.ts'
import { createNoticeMemory } from './notice-memory.ts'
import { createStreams } from './streams.ts'

const principal: Principal = {
  tenantId: 'one',
  tenantKind: 'customer',
  accountId: 'ada',
  name: 'Ada',
  kind: 'person',
  role: 'admin',
  credential: 'cookie',
  credentialId: 's',
  scopes: null,
}
const notice = (tenantId: string, eventId: string): Notice => ({
  tenantId,
  eventId,
  thing: { kind: 'system', id: 'x' },
  changeId: null,
})
const limits = { ofAccount: 600, ofTenant: 600, inAll: 600, waitingBytes: 32 * 1024 }

test('P5.3: who doesn’t read is cut before much waits for them, and others are told all the same', async () => {
  const streams = createStreams(limits)
  const open = () => {
    const out = new PassThrough()
    streams.add({ out, principal, socket: undefined, again: async () => principal }, { position: 'p', missed: [] })
    return out
  }
  const deaf = Array.from({ length: 500 }, open)
  const reading = open()
  let heard = ''
  reading.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  let most = 0
  for (let n = 0; n < 2_000; n += 1) {
    streams.tell(notice('one', `e${n}`))
    if (n % 20 === 0) await setImmediate()
    most = Math.max(most, ...deaf.map((it) => (it.destroyed ? 0 : it.writableLength)))
  }
  expect(deaf.every(({ destroyed }) => destroyed)).toBe(true)
  expect(most).toBeLessThanOrEqual(limits.waitingBytes)
  await setImmediate()
  expect([reading.destroyed, heard.split('event: system').length - 1]).toEqual([false, 2_000])
  streams.end()
  expect(streams.any()).toBe(false)
  expect(() => streams.refuseOneTooMany(principal)).toThrow('this server stops')
  expect(open().destroyed).toBe(true)
})

test('what is remembered is bounded, and who comes back gets all that they missed or hears that it isn’t known', () => {
  const told = fc.array(fc.constantFrom('one', 'two', 'three'), { maxLength: 60 })
  fc.assert(
    fc.property(told, fc.integer({ min: 1, max: 30 }), fc.nat(60), (tenants, most, from) => {
      const memory = createNoticeMemory(most)
      const all: Notice[] = []
      let position = memory.positionOf('one')
      tenants.forEach((tenant, nth) => {
        if (nth === from) position = memory.positionOf('one')
        const next = notice(tenant, `e${nth}`)
        all.push(next)
        memory.remember(next)
      })
      const began = from < tenants.length ? from : 0
      const missed = all.slice(began).filter(({ tenantId }) => tenantId === 'one')
      const since = memory.since('one', position)
      expect(all.length <= most ? [missed] : [undefined, missed]).toContainEqual(since)
      expect(memory.since('two', 'e-unknown')).toBeUndefined()
      memory.forget()
      expect(memory.since('one', position)).toBeUndefined()
    }),
  )
})

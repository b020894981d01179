import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProviderFetch } from '../../src/identity/federation/provider-fetch.ts'
import { DeliveryFailure } from '../../src/notify/siem/delivery.ts'
import { syslogDelivery } from '../../src/notify/siem/syslog-delivery.ts'
import { webhookDelivery } from '../../src/notify/siem/webhook-delivery.ts'
import { ForbiddenAddress } from '../../src/platform/outbound-addresses.ts'

const outside = { loopback: false, networks: [] }
let visits = 0
const inner = createServer((socket) => {
  visits += 1
  socket.destroy()
})
let port: number

beforeAll(async () => {
  inner.listen(0)
  await once(inner, 'listening')
  port = (inner.address() as AddressInfo).port
})
afterAll(() => inner.close())

/** The names and addresses of the machine itself: what was stored in another mode, or leads here only when it is looked up. */
const hosts = ['localhost', '127.0.0.1', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0']

describe('P4.4, ASVS 1.3.6: not a byte goes to an inner address', () => {
  test.each(hosts)('from a webhook to %s', async (host) => {
    const destination = { kind: 'webhook', url: `https://${host}:${port}/`, secret: 'whsec_AAAA' } as const
    const sent = webhookDelivery(destination, 'stream', outside)([], new AbortController().signal)
    await expect(sent).rejects.toThrow(DeliveryFailure)
    await expect(sent).rejects.toThrow('AFTERAI_OUTBOUND_NETWORKS')
    expect(visits).toBe(0)
  })

  test.each(hosts)('from syslog to %s', async (host) => {
    const destination = { kind: 'syslog', host: host.replace(/[[\]]/g, ''), port, transport: 'tcp' } as const
    const sent = syslogDelivery(destination, outside)([], new AbortController().signal)
    await expect(sent).rejects.toThrow(DeliveryFailure)
    await expect(sent).rejects.toThrow('AFTERAI_OUTBOUND_NETWORKS')
    expect(visits).toBe(0)
  })

  test.each(hosts)('from a sign-in with a provider at %s', async (host) => {
    const asked = async (): Promise<unknown> =>
      createProviderFetch(outside)(`https://${host}:${port}/`, {
        method: 'GET',
        headers: {},
        body: undefined,
        redirect: 'manual',
      })
    await expect(asked()).rejects.toThrow(ForbiddenAddress)
    expect(visits).toBe(0)
  })

  test('though the listener is there for whom the operator lets in', async () => {
    const named = { loopback: false, networks: [{ address: '127.0.0.1', prefix: 32 }] }
    const destination = { kind: 'webhook', url: `https://127.0.0.1:${port}/`, secret: 'whsec_AAAA' } as const
    await expect(webhookDelivery(destination, 'stream', named)([], new AbortController().signal)).rejects.toThrow(
      'the connection failed',
    )
    expect(visits).toBe(1)
  })
})

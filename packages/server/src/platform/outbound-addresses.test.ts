import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, BlockList, createServer, isIP, type Server } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Network } from './configuration-kinds.ts'
import {
  ForbiddenAddress,
  guardedLookup,
  isInNamedNetwork,
  mayConnect,
  type OutboundPolicy,
  type Resolve,
  toOutboundUrl,
} from './outbound-addresses.ts'

const strict: OutboundPolicy = { loopback: false, networks: [] }

/** Ranges of IPv4 that aren't public, by the first and last address of each: written apart from the code's prefixes. */
const inner: readonly (readonly [first: string, last: string])[] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
]

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toAddress = (number: number): string => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.')
const toGroups = (address: string): string => {
  const number = toNumber(address)
  return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`
}

const innerAddress = fc
  .constantFrom(...inner)
  .chain(([first, last]) => fc.integer({ min: toNumber(first), max: toNumber(last) }))
  .map(toAddress)

/** Every way in which IPv6 carries an address of IPv4. */
const embeddings: Readonly<Record<string, (address: string) => string>> = {
  mapped: (it) => `::ffff:${it}`,
  'mapped, in groups': (it) => `::ffff:${toGroups(it)}`,
  compatible: (it) => `::${it}`,
  translated: (it) => `::ffff:0:${it}`,
  NAT64: (it) => `64:ff9b::${it}`,
  'local NAT64': (it) => `64:ff9b:1::${it}`,
  '6to4': (it) => `2002:${toGroups(it)}::1`,
  Teredo: (it) => `2001:0:${toGroups(it)}::1`,
}

describe('P4.4, ASVS 1.3.6: the addresses that the server connects to for a tenant', () => {
  test('none that isn’t public in IPv4, however it is written in IPv6', () => {
    fc.assert(
      fc.property(innerAddress, (address) => {
        for (const form of [address, ...Object.values(embeddings).map((embed) => embed(address))])
          expect([form, mayConnect(strict, form)]).toEqual([form, false])
      }),
    )
  })

  test('every other address of IPv4 that is assigned, up to each border', () => {
    const borders = inner.flatMap(([first, last]) => [toNumber(first) - 1, toNumber(last) + 1])
    const assigned = borders.filter((it) => it > 0 && it < toNumber('224.0.0.0'))
    const isInner = (number: number): boolean =>
      inner.some(([first, last]) => number >= toNumber(first) && number <= toNumber(last))
    for (const number of assigned)
      expect([toAddress(number), mayConnect(strict, toAddress(number))]).toEqual([toAddress(number), !isInner(number)])
  })

  test.each([
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '100::1',
    '2001::1',
    '2001:20::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '2620:4f:8000::1',
    'localhost',
    'example.com',
    '',
  ])('not %j', (address) => expect(mayConnect(strict, address)).toBe(false))

  test.each(['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s', (address) =>
    expect(mayConnect(strict, address)).toBe(true),
  )

  test('those of a network that the operator names, and nothing beside it', () => {
    fc.assert(
      fc.property(innerAddress, fc.integer({ min: 8, max: 32 }), innerAddress, (address, prefix, other) => {
        const networks: Network[] = [{ address, prefix }]
        const named = new BlockList()
        named.addSubnet(address, prefix, 'ipv4')
        expect(mayConnect({ loopback: false, networks }, address)).toBe(true)
        expect(mayConnect({ loopback: false, networks }, other)).toBe(named.check(other))
        expect(isInNamedNetwork({ loopback: true, networks }, other)).toBe(named.check(other))
      }),
    )
  })

  test('this machine where the policy says so, and no inner network with it', () => {
    const trial = { loopback: true, networks: [] }
    const asked = ['127.0.0.1', '127.8.9.1', '::1', '10.0.0.1', '169.254.169.254', '::', '0.0.0.0']
    expect(asked.filter((it) => mayConnect(trial, it))).toEqual(['127.0.0.1', '127.8.9.1', '::1'])
  })
})

describe('P4.4, ASVS 1.3.6: the URLs that the server goes to for a tenant', () => {
  test('no spelling of an inner address, as far as URLs have one', () => {
    const spellings: readonly ((address: string) => string)[] = [
      (it) => it,
      (it) => String(toNumber(it)),
      (it) => `0x${toNumber(it).toString(16)}`,
      (it) =>
        it
          .split('.')
          .map((part) => `0${Number(part).toString(8)}`)
          .join('.'),
      (it) => `${it}.`,
      (it) => it.replaceAll('.', '。'),
      ...Object.values(embeddings).map((embed) => (it: string) => `[${embed(it)}]`),
    ]
    fc.assert(
      fc.property(innerAddress, fc.constantFrom(...spellings), (address, spell) => {
        expect(() => toOutboundUrl(strict, `https://${spell(address)}/`)).toThrow(ForbiddenAddress)
      }),
    )
  })

  test.each([
    ['', 'not a URL'],
    ['idp.example', 'not a URL'],
    ['http://idp.example/', 'must be https'],
    ['http://localhost/', 'must be https'],
    ['file:///etc/passwd', 'must be https'],
    ['gopher://idp.example/', 'must be https'],
    ['https://user@idp.example/', 'neither a user'],
    ['https://:password@idp.example/', 'neither a user'],
    ['https://idp.example/#part', 'a fragment'],
  ])('not %j', (text, words) => {
    expect(() => toOutboundUrl(strict, text)).toThrow(words)
  })

  test('https to a name, and plain http to this machine in trial mode alone', () => {
    expect(toOutboundUrl(strict, 'https://idp.example/').hostname).toBe('idp.example')
    const trial = { loopback: true, networks: [] }
    expect(toOutboundUrl(trial, 'http://127.0.0.1:9/').port).toBe('9')
    expect(() => toOutboundUrl(trial, 'http://idp.example/')).toThrow('must be https')
  })
})

describe('P4.4, ASVS 1.3.6: a name', () => {
  const listening: Server[] = []
  afterAll(() => listening.forEach((it) => it.close()))

  /** A listener that counts who came. */
  async function listen(host: string, port = 0): Promise<{ readonly port: number; readonly visits: () => number }> {
    let visits = 0
    const server = createServer((socket) => {
      visits += 1
      socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')
    })
    server.listen(port, host)
    await once(server, 'listening')
    listening.push(server)
    return { port: (server.address() as AddressInfo).port, visits: () => visits }
  }

  /** A name server of an attacker: it answers each question with the next of these, the last for good. */
  function nameServer(...answers: readonly (readonly string[])[]): Resolve & { asked: number } {
    const resolve: Resolve & { asked: number } = Object.assign(
      (_host: string, _options: object, callback: Parameters<Resolve>[2]) => {
        const answer = answers[Math.min(resolve.asked, answers.length - 1)] ?? []
        resolve.asked += 1
        callback(
          null,
          answer.map((address): LookupAddress => ({ address, family: isIP(address) })),
        )
      },
      { asked: 0 },
    )
    return resolve
  }

  const visit = async (
    port: number,
    policy: OutboundPolicy,
    resolve: Resolve,
  ): Promise<number | string | undefined> => {
    const sent = request({ host: 'rebinding.example', port, agent: false, lookup: guardedLookup(policy, resolve) })
    sent.end()
    try {
      const [response] = await once(sent, 'response')
      response.resume()
      return response.statusCode
    } catch (error) {
      return (error as Error).name
    }
  }

  // 127.0.0.2 stands for where the server may go, 127.0.0.3 for where it mustn't.
  const policy: OutboundPolicy = { loopback: false, networks: [{ address: '127.0.0.2', prefix: 32 }] }

  test('that leads elsewhere after it was checked gets no connection there (DNS rebinding)', async () => {
    const allowed = await listen('127.0.0.2')
    const forbidden = await listen('127.0.0.3', allowed.port)
    const resolve = nameServer(['127.0.0.2'], ['127.0.0.3'])
    expect(await visit(allowed.port, policy, resolve)).toBe(204)
    expect([resolve.asked, allowed.visits(), forbidden.visits()]).toEqual([1, 1, 0])
    expect(await visit(allowed.port, policy, resolve)).toBe('ForbiddenAddress')
    expect([resolve.asked, allowed.visits(), forbidden.visits()]).toEqual([2, 1, 0])
  })

  test('that leads to an inner address among allowed ones is refused as a whole', async () => {
    const allowed = await listen('127.0.0.2')
    for (const answer of [
      ['127.0.0.2', '127.0.0.3'],
      ['127.0.0.3', '127.0.0.2'],
      ['127.0.0.2', '::1'],
    ])
      expect(await visit(allowed.port, policy, nameServer(answer))).toBe('ForbiddenAddress')
    expect(allowed.visits()).toBe(0)
  })

  test('that leads nowhere is refused, and one that can’t be looked up says why', async () => {
    expect(await visit(9, policy, nameServer([]))).toBe('ForbiddenAddress')
    const failing: Resolve = (_host, _options, callback) => callback(new RangeError('no such name'), [])
    expect(await visit(9, policy, failing)).toBe('RangeError')
  })

  test('of this machine is refused by what the system says of it, but in trial mode', async () => {
    const look = (loopback: boolean): Promise<unknown> =>
      new Promise((resolve) => {
        guardedLookup({ loopback, networks: [] })('localhost', {}, (error, address) => resolve(error ?? address))
      })
    expect(await look(false)).toBeInstanceOf(ForbiddenAddress)
    expect(await look(true)).toMatch(/^127\.|^::1$/)
  })
})

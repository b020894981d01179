import { lookup } from 'node:dns/promises'
import { describe, expect, test } from 'vitest'
import { guardedLookup, mayReach } from './reachable-addresses.ts'

const strict = { loopback: false, networks: [] }

describe('ASVS 1.3.6: addresses that the server connects to for a tenant', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    '2001::1',
  ])('%s is refused', (address) => expect(mayReach(strict, address)).toBe(false))

  test.each(['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    (address) => expect(mayReach(strict, address)).toBe(true),
  )

  test('a network that the operator names is reached, and nothing beside it', () => {
    const policy = { loopback: false, networks: [{ address: '10.20.0.0', prefix: 16 }] }
    expect(['10.20.3.4', '10.21.0.1', '127.0.0.1'].map((it) => mayReach(policy, it))).toEqual([true, false, false])
  })

  test('a name is refused by what it leads to', async () => {
    expect((await lookup('localhost')).address).toMatch(/^127\.|^::1$/)
    const look = (loopback: boolean) =>
      new Promise((resolve) => {
        guardedLookup({ loopback, networks: [] })('localhost', {}, (error, address) =>
          resolve(error?.message ?? address),
        )
      })
    expect(await look(false)).toContain('not one that this server may connect to')
    expect(await look(true)).toMatch(/^127\.|^::1$/)
  })
})

import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Network } from '../../platform/configuration-kinds.ts'
import { DeliveryFailure } from './delivery.ts'

/** Where the server may connect to on a tenant's behalf. */
export interface AddressPolicy {
  /** Of this machine: for trying it out alone. */
  readonly loopback: boolean
  /** Networks that aren't public and that the operator has named. */
  readonly networks: readonly Network[]
}

// IANA special-purpose registries: what isn't a host of the internet. IPv6 is public in 2000::/3 alone.
const special: readonly [address: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const specialIn2000: readonly [address: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const notPublic = listOf([...special, ...specialIn2000])
const publicIpv6 = listOf([['2000::', 3]])
const loopback = listOf([
  ['127.0.0.0', 8],
  ['::1', 128],
])

function listOf(networks: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList()
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, familyOf(address))
  return list
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** Whether the server may connect to an address. */
export function mayReach(policy: AddressPolicy, address: string): boolean {
  const family = familyOf(address)
  if (isInNamedNetwork(policy, address)) return true
  if (loopback.check(address, family)) return policy.loopback
  return family === 'ipv6'
    ? publicIpv6.check(address, family) && !notPublic.check(address, family)
    : !notPublic.check(address, family)
}

/** Whether an address is in a network that the operator has named. */
export function isInNamedNetwork({ networks }: AddressPolicy, address: string): boolean {
  return isIP(address) !== 0 && listOf(networks.map((it) => [it.address, it.prefix])).check(address, familyOf(address))
}

/** Refuses a host that is an address already, which no look-up would see. @throws DeliveryFailure */
export function refuseAddress(policy: AddressPolicy, host: string): void {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) !== 0 && !mayReach(policy, bare)) throw unreachable()
}

/** A look-up whose answer is checked and then used: the name can't lead elsewhere between the two (DNS rebinding). */
export function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { all: true }, (error, found) => {
      const [first] = found ?? []
      if (error !== null || first === undefined) return callback(error ?? unreachable(), '')
      // One address of our own among public ones is what an attacker's name server would answer.
      if (!found.every(({ address }) => mayReach(policy, address))) return callback(unreachable(), '')
      return options.all === true ? callback(null, found) : callback(null, first.address, first.family)
    })
  }
}

function unreachable(): DeliveryFailure {
  return new DeliveryFailure('the address is not one that this server may connect to (AFTERAI_STREAM_NETWORKS)')
}

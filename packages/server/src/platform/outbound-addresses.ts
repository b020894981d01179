import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Configuration } from './configuration.ts'
import { isLoopback, type Network } from './configuration-kinds.ts'

/** Where the server may connect to when a tenant names the address: a SIEM, an identity provider (ASVS 1.3.6). */
export interface OutboundPolicy {
  /** Of this machine, over plain http too: for trying it out alone. */
  readonly loopback: boolean
  /** Networks that aren't public and that the operator has named. */
  readonly networks: readonly Network[]
}

/** Where the server may connect to by its configuration. */
export function outboundPolicyOf({
  mode,
  outboundNetworks = [],
}: Pick<Configuration, 'mode' | 'outboundNetworks'>): OutboundPolicy {
  return { loopback: mode === 'trial', networks: outboundNetworks }
}

/** An address that the server must not connect to. The message is meant for whoever named it. */
export class ForbiddenAddress extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ForbiddenAddress'
  }
}

// IANA special-purpose registries: what isn't a host of the internet. The last is public by its number, and a cloud's own service.
const notPublicIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
]
// IPv6 is public in 2000::/3 alone, which leaves out addresses mapped from IPv4 and those of NAT64. In it: Teredo and other protocols,
// documentation, 6to4, AS112, and documentation again.
const publicIpv6 = listOf([toNetwork('2000::/3')])
const notPublicIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

const notPublic = listOf([...notPublicIpv4, ...notPublicIpv6].map(toNetwork))
const loopback = listOf([toNetwork('127.0.0.0/8'), toNetwork('::1/128')])

/** Whether the server may connect to an IP address; to a name, never. */
export function mayConnect(policy: OutboundPolicy, address: string): boolean {
  if (isIP(address) === 0) return false
  if (isInNamedNetwork(policy, address)) return true
  if (contains(loopback, address)) return policy.loopback
  return !contains(notPublic, address) && (isIP(address) === 4 || contains(publicIpv6, address))
}

/** Whether an address is in a network that the operator has named. */
export function isInNamedNetwork({ networks }: OutboundPolicy, address: string): boolean {
  return contains(listOf(networks), address)
}

/** Refuses a host that is an address already, which no look-up would see. @throws ForbiddenAddress */
export function refuseHost(policy: OutboundPolicy, host: string): void {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) !== 0 && !mayConnect(policy, bare)) throw unreachable(bare)
}

/**
 * The URL that a text stands for, if the server may go there: https without user and fragment, and plain http to this machine where the
 * policy allows that. A name is checked when it is looked up. @throws ForbiddenAddress
 */
export function toOutboundUrl(policy: OutboundPolicy, text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new ForbiddenAddress('it is not a URL')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new ForbiddenAddress('it may carry neither a user, nor a password, nor a fragment')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && policy.loopback && isLoopback(url.hostname)))
    throw new ForbiddenAddress('it must be https; plain http is for this machine alone, in trial mode')
  refuseHost(policy, url.hostname)
  return url
}

/** How names become addresses: what `getaddrinfo` says. */
export type Resolve = (
  host: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

/**
 * The look-up of a connection: what it answers is checked, and is what gets connected to, so the name can't lead elsewhere between the
 * two (DNS rebinding). Connections that use it are made anew each time, and their host goes through `refuseHost` before.
 */
export function guardedLookup(policy: OutboundPolicy, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true }, (error, found) => {
      const [first] = found ?? []
      if (error !== null || first === undefined) return callback(error ?? unreachable(hostname), '')
      // One address of an inner network among public ones is what an attacker's name server would answer.
      if (!found.every(({ address }) => mayConnect(policy, address))) return callback(unreachable(hostname), '')
      // Connections that try several addresses ask for all of them.
      return options.all === true ? callback(null, found) : callback(null, first.address, first.family)
    })
  }
}

function unreachable(host: string): ForbiddenAddress {
  return new ForbiddenAddress(
    `${host} is at an address that this server may not connect to; the operator may name its network in AFTERAI_OUTBOUND_NETWORKS`,
  )
}

function contains(list: BlockList, address: string): boolean {
  // The zone of a link-local address (`fe80::1%eth0`) is none of the number.
  const [number = ''] = address.split('%')
  return list.check(number, isIP(number) === 6 ? 'ipv6' : 'ipv4')
}

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return list
}

function toNetwork(text: string): Network {
  const [address = '', prefix] = text.split('/')
  return { address, prefix: Number(prefix) }
}

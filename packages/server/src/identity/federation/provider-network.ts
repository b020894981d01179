import { lookup, type LookupAddress } from 'node:dns'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { CustomFetch } from 'openid-client'
import { isLoopback } from '../../platform/configuration-kinds.ts'

/** Where identity providers may be. An admin of a tenant types their address, and the server goes there (ASVS 1.3.6). */
export interface ProviderNetwork {
  /** Whether this is a trial on one machine: a provider on loopback may be used then, and over plain http. */
  readonly loopback: boolean
  /** Hosts that the operator names: they may be at a private address. */
  readonly allowedHosts: readonly string[]
}

/** An address that the server must not go to. The message is meant for the admin. */
export class ForbiddenAddress extends Error {}

const timeLimitMs = 5_000
const sizeLimitBytes = 512 * 1024

const internal = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  internal.addSubnet(network, prefix, 'ipv4')
}
// Unspecified and loopback; NAT64, Teredo and 6to4, which carry an IPv4 address; unique local, link-local, site-local, multicast.
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  internal.addSubnet(network, prefix, 'ipv6')
}

/** Whether an IP address is one of an inner network, of this machine, or of none. */
export function isInternal(address: string): boolean {
  const version = isIP(address)
  return version === 0 || internal.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** Refuses an address by its text, before anything is sent. @throws ForbiddenAddress */
export function refuseAddress(text: string, network: ProviderNetwork): URL {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '')
    throw new ForbiddenAddress('the address is no plain URL')
  const host = bare(url.hostname)
  const here = network.loopback && isLoopback(host)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here)) {
    throw new ForbiddenAddress(`${url.host} is not reached by https`)
  }
  if (isIP(host) !== 0) refuseIp(host, host, network)
  return url
}

/**
 * A fetch for addresses that others name: https, no redirects, five seconds, half a mebibyte, and no connection to an address of
 * an inner network. The address is checked where the connection is made, so that a name can't point elsewhere by then.
 */
export function createProviderFetch(network: ProviderNetwork): CustomFetch {
  return (text, { method, headers, body, signal }) => {
    const url = refuseAddress(text, network)
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const limits = [AbortSignal.timeout(timeLimitMs), ...(signal === undefined ? [] : [signal])]
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        // No pooled connection: each is checked anew.
        { method, headers, agent: false, signal: AbortSignal.any(limits), lookup: checkedLookup(network) },
        (answer) => void readWhole(answer).then(resolve, reject),
      )
      sent.on('error', reject)
      sent.end(body === undefined || body === null ? undefined : bodyText(body))
    })
  }
}

function bodyText(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a provider is sent forms alone')
}

async function readWhole(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the connection.
    if (size > sizeLimitBytes) throw new Error('the answer of the identity provider is too large')
    chunks.push(chunk)
  }
  const status = answer.statusCode ?? 502
  const headers = new Headers({ 'content-type': answer.headers['content-type'] ?? '' })
  const empty = [204, 205, 304].includes(status)
  return new Response(empty ? null : Buffer.concat(chunks), { status, headers })
}

function checkedLookup(network: ProviderNetwork): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const refusal = error ?? refusalOf(host, addresses, network)
      const [first] = addresses ?? []
      if (refusal !== undefined || first === undefined) return callback(refusal ?? new Error('no address'), '', 0)
      // Connections that try several addresses ask for all of them.
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

function refusalOf(host: string, addresses: readonly LookupAddress[], network: ProviderNetwork): Error | undefined {
  try {
    for (const { address } of addresses) refuseIp(host, address, network)
    return undefined
  } catch (error) {
    return error as Error
  }
}

function refuseIp(host: string, address: string, { loopback, allowedHosts }: ProviderNetwork): void {
  if (!isInternal(address) || allowedHosts.includes(host) || (loopback && isLoopback(address))) return
  throw new ForbiddenAddress(
    `${host} is at an address of an inner network; the operator may name the host in AFTERAI_OIDC_ALLOWED_HOSTS`,
  )
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

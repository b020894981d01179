import { BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'

/** A kind of value that a variable can take. */
export interface Kind<T> {
  /** Completes "isn't …" and "Set it to …". */
  readonly accepts: string
  readonly example: string
  /** The value that the text stands for, or undefined where it is none of this kind. */
  readonly read: (text: string) => T | undefined
}

/** Where a server listens; port 0 stands for any free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Which PostgreSQL to use and whether the way there leaves this machine. */
export interface DatabaseUrl {
  /** Complete, with the password: never for a log. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly overNetwork: boolean
  /** Whether the server must prove its name by its certificate. */
  readonly verified: boolean
}

/** `host:port`, where the host is an IP address or `localhost`; IPv6 in brackets. */
export const listenAddress: Kind<ListenAddress> = {
  accepts: 'an IP address or localhost, a colon and a port (IPv6 in brackets)',
  example: '127.0.0.1:4680',
  read: (text) => {
    const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
    const host = bracketed ?? plain
    const port = Number(digits)
    if (host === undefined || port > 65_535) return undefined
    const known = bracketed === undefined ? host === 'localhost' || isIP(host) === 4 : isIP(host) === 6
    return known ? { host, port } : undefined
  },
}

/** A directory, made absolute. */
export const directory: Kind<string> = {
  accepts: 'the path of a directory',
  example: '/var/lib/afterai',
  read: (text) => (text.includes('\0') || text.trim() === '' ? undefined : resolve(text)),
}

/** A passphrase that a person can't type wrong by being too short. */
export const passphrase: Kind<string> = {
  accepts: 'a passphrase of 12 characters or more',
  example: 'the output of `openssl rand -base64 24`',
  read: (text) => (text.length >= 12 ? text : undefined),
}

/** One word of a closed list. */
export function oneOf<const T extends string>(...words: readonly [T, ...T[]]): Kind<T> {
  return { accepts: words.join(' or '), example: words[0], read: (text) => words.find((word) => word === text) }
}

/** A whole number in decimal digits. */
export function wholeNumber(least: number, most: number, example: number): Kind<number> {
  return {
    accepts: `a whole number from ${least} to ${most}`,
    example: String(example),
    read: (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
      return number >= least && number <= most ? number : undefined
    },
  }
}

/** The origin under which browsers and clients reach the server. */
export const webOrigin: Kind<URL> = {
  accepts: 'an http or https URL of a host alone, without user, path or query',
  example: 'https://afterai.example.com',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
    const bare =
      url.pathname === '/' && url.search === '' && url.hash === '' && !text.includes('#') && !text.includes('?')
    return bare && url.username === '' && url.password === '' ? url : undefined
  },
}

/** An http or https URL without anything secret in it. */
export const httpUrl: Kind<URL> = {
  accepts: 'an http or https URL without user, password, query or fragment',
  example: 'https://collector.example.com/v1/traces',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
    return url.username === '' && url.password === '' && !/[?#]/.test(text) ? url : undefined
  },
}

/** Parameters of a database URL that can't redirect the connection or weaken its encryption unseen. */
const allowedParameters = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey']

/** A PostgreSQL URL. `pg` lets its parameters override host, user and encryption, so all but a few are refused. */
export const databaseUrl: Kind<DatabaseUrl> = {
  accepts: `a PostgreSQL URL with user and database, and no parameters but ${allowedParameters.join(', ')}, each at most once`,
  example: 'postgresql://afterai:password@db.example.com:5432/afterai?sslmode=verify-full',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) return undefined
    if (url.username === '' || url.pathname.length < 2 || url.hash !== '') return undefined
    const names = [...url.searchParams.keys()]
    if (names.some((name) => !allowedParameters.includes(name)) || new Set(names).size < names.length) return undefined
    const host = url.searchParams.get('host') ?? decodeComponent(url.hostname)
    const password = decodeComponent(url.password)
    const user = decodeComponent(url.username)
    if (host === undefined || host === '' || password === undefined || user === undefined) return undefined
    return {
      url: text,
      user,
      password,
      overNetwork: !host.startsWith('/') && !isLoopback(host),
      verified: url.searchParams.get('sslmode') === 'verify-full',
    }
  },
}

/** A network by its address and the length of its prefix. */
export interface Network {
  readonly address: string
  readonly prefix: number
}

/**
 * IP addresses and networks. One that is as wide as a provider's whole range is a wildcard, and none; nor is IPv4 written as IPv6, which
 * would name all of it in a narrow network.
 */
export const networks: Kind<readonly Network[]> = {
  accepts: 'IP addresses or networks divided by commas, none of them wider than /8 (IPv4) or /32 (IPv6)',
  example: '10.0.0.7,10.1.0.0/16',
  read: (text) => {
    const read = text.split(',').map((part) => toNetwork(part.trim()))
    return read.every((it) => it !== undefined) ? Object.freeze(read) : undefined
  },
}

const mapped = new BlockList()
mapped.addSubnet('::', 80, 'ipv6')

function toNetwork(text: string): Network | undefined {
  const [, address = '', digits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  if (family === 0 || (family === 6 && mapped.check(address, 'ipv6'))) return undefined
  const [widest, longest] = family === 4 ? [8, 32] : [32, 128]
  const prefix = digits === undefined ? longest : Number(digits)
  return prefix >= widest && prefix <= longest ? { address, prefix } : undefined
}

/** A mail server; the URL holds a password. */
export const smtpUrl: Kind<string> = {
  accepts: 'an smtp or smtps URL of a host, with user and password or neither, without path or query',
  example: 'smtps://afterai:password@mail.example.com:465',
  read: (text) => {
    const url = URL.parse(text)
    if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return undefined
    if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') return undefined
    if ((url.username === '') !== (url.password === '')) return undefined
    const readable = decodeComponent(url.username) !== undefined && decodeComponent(url.password) !== undefined
    return readable ? text : undefined
  },
}

/** One mail address, without a name. */
export const mailAddress: Kind<string> = {
  accepts: 'one mail address without a name',
  example: 'afterai@example.com',
  read: (text) => (/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188})$/.test(text) ? text : undefined),
}

/** The path of a file, made absolute. */
export const path: Kind<string> = {
  accepts: 'the path of a file',
  example: '/etc/afterai/mail-ca.pem',
  read: directory.read,
}

/** Whether a host names this machine and nothing else can reach it there. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

function decodeComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

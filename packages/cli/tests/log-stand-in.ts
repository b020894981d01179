import { generateKeyPairSync } from 'node:crypto'
import {
  appendLeaf,
  createNoteSigner,
  createNoteVerifier,
  emptyFrontier,
  encodeBase64,
  encodeEntries,
  frontierAt,
  hashLeaf,
  proveConsistency,
  publicKeyOf,
  rootOf,
  signCheckpoint,
} from '@afterai/record'
import type { LogAuditLine } from '@afterai/contract'
import type { Received, Reply } from './harness.ts'

/** A log with a key of its own that really grows, and can be made to go back or to tell another history. */
export interface StandInLog {
  readonly origin: string
  /** The entries; change them as an operator could who holds the log's key. */
  entries: string[]
  /** Changes what the server is told to find; without it, nothing. */
  find: (line: LogAuditLine) => LogAuditLine
  checkpoint(): string
  newKey(): void
  readonly routes: Readonly<Record<string, (request: Received) => Reply>>
}

/** A log of a stand-in server, with as many entries. */
export function createStandInLog(size: number): StandInLog {
  const origin = 'afterai.log/stand-in'
  let pair = generateKeyPairSync('ed25519')
  const log = {
    origin,
    entries: Array.from({ length: size }, (_, at) => `entry ${at}`),
    find: (line: LogAuditLine) => line,
    newKey: () => void (pair = generateKeyPairSync('ed25519')),
    checkpoint() {
      const tree = frontierAt(BigInt(log.entries.length), hashesOf(log.entries))
      const signer = createNoteSigner(origin, pair.privateKey, publicKeyOf(pair.privateKey))
      return signCheckpoint({ origin, size: tree.size, root: rootOf(tree) }, [signer])
    },
  }
  return Object.assign(log, {
    routes: {
      'GET /v1/log/keys': (): Reply => [
        200,
        { origin, logVkey: createNoteVerifier(origin, publicKeyOf(pair.privateKey)).vkey, recordKeys: [] },
      ],
      'GET /v1/log/checkpoint': (): Reply =>
        log.entries.length === 0
          ? [404, { code: 'not_found', title: 'There is no such thing here' }]
          : (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(log.checkpoint()),
      'GET /v1/log/proof': ({ query }: Received): Reply => {
        const [from, to] = [BigInt(query.get('from') ?? '1'), BigInt(log.entries.length)]
        const hashes = proveConsistency(from, to, hashesOf(log.entries)).map(encodeBase64)
        return [200, { checkpoint: log.checkpoint(), hashes }]
      },
      'GET /v1/log/audit':
        ({ query }: Received): Reply =>
        (response) =>
          void response.end(Buffer.concat(auditParts(log, query))),
    },
  })
}

/** Entries of a line. */
export const lineEntries = 10

/** An audit, in lines of which each has its entries behind it, all from one producer. */
export function auditParts(
  { entries, find }: Pick<StandInLog, 'entries' | 'find'>,
  query: URLSearchParams,
): readonly Buffer[] {
  const end = Math.min(Number(query.get('end') ?? entries.length), entries.length)
  const begin = Number(query.get('position') ?? 0)
  const lines = Math.max(1, Math.ceil((end - begin) / lineEntries))
  return Array.from({ length: lines }, (_, at) => {
    const from = begin + at * lineEntries
    const size = Math.min(end, from + lineEntries)
    const bundle = Buffer.from(encodeEntries(entries.slice(from, size).map((entry) => Buffer.from(entry))))
    const line = find({
      from,
      size,
      end,
      checkpoints: 1,
      faults: [],
      incomplete: [],
      producers: size === from ? {} : { p: { count: size - from, ranges: [[from + 1, size]] } },
      entryBytes: bundle.length,
      position: String(size),
    })
    return Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), bundle.subarray(0, line.entryBytes ?? 0)])
  })
}

function hashesOf(entries: readonly string[]) {
  const hashes = new Map<string, Uint8Array>()
  let tree = emptyFrontier
  for (const entry of entries)
    tree = appendLeaf(tree, hashLeaf(Buffer.from(entry)), ({ level, index }, hash) =>
      hashes.set(`${level}/${index}`, hash),
    )
  return (level: number, index: bigint): Uint8Array => {
    const hash = hashes.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`there is no node ${level}/${index}`)
    return hash
  }
}

import { ProblemError } from '@afterai/contract'
import { encodeBase64, encodeEntries, parseTilePath, RecordError, tileWidth, tileWidthAt } from '@afterai/record'
import { z } from 'zod'
import { inTenant } from '../access/index.ts'
import { unaudited } from '../audit/index.ts'
import type { Transaction } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { type LogAuditDependencies, logAuditRoute } from './log-audit-route.ts'
import { proveEntry, proveGrowth } from './proofs.ts'
import { readEntries, readHead, readTile } from './tree-store.ts'

const proving = { config: { permission: 'log:read', audits: unaudited.publicProof } } as const
const growthQuery = z.object({ from: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) })
const growthView = z.object({ checkpoint: z.string(), hashes: z.array(z.string()) })
const entryProofView = z.object({ entry: z.string(), index: z.number().int(), tlogProof: z.string() })

/** The caller's log as C2SP tlog-tiles serves it, and proofs for those who would rather not put them together. */
export function ledgerRoutes(http: Http, deps: LogAuditDependencies): void {
  const read = inTenant(deps.db)
  logAuditRoute(http, deps)

  http.get('/v1/log/checkpoint', proving, async (request, reply) => {
    const head = await read(request, (tx, { principal }) => readHead(tx, principal.tenantId))
    if (head === undefined) throw new ProblemError('not_found', { detail: 'the log has no checkpoint yet' })
    return reply.type('text/plain; charset=utf-8').send(head.note)
  })
  http.get(
    '/v1/log/tile/*',
    { ...proving, schema: { params: z.object({ '*': z.string() }) } },
    async (request, reply) => {
      const bytes = await read(request, (tx, { principal }) => serveTile(tx, principal.tenantId, request.params['*']))
      // What a tile holds never changes, but only members of the tenant may see it.
      reply.header('cache-control', 'private, max-age=31536000, immutable')
      return reply.type('application/octet-stream').send(Buffer.from(bytes))
    },
  )
  http.get(
    '/v1/log/proof',
    { ...proving, schema: { querystring: growthQuery, response: { 200: growthView } } },
    (request) =>
      read(request, async (tx, { principal }) => {
        const { checkpoint, hashes } = await proveGrowth(tx, principal.tenantId, request.query.from)
        return { checkpoint, hashes: hashes.map(encodeBase64) }
      }),
  )
  http.get(
    '/v1/log/proof/:entryId',
    { ...proving, schema: { params: z.object({ entryId: z.uuid() }), response: { 200: entryProofView } } },
    (request) =>
      read(request, async (tx, { principal }) => {
        const proved = await proveEntry(tx, principal.tenantId, request.params.entryId)
        if (proved === undefined) throw new ProblemError('not_found', { detail: 'no entry of that id is in the log' })
        return { ...proved, entry: encodeBase64(proved.entry) }
      }),
  )
}

// Only what the newest checkpoint covers is served: a wider tile would show entries that nobody has signed for.
async function serveTile(tx: Transaction, tenantId: string, path: string): Promise<Uint8Array> {
  const { level, index, width } = readTilePath(path)
  const head = await readHead(tx, tenantId)
  const available = tileWidthAt(level === 'entries' ? 0 : level, index, BigInt(head?.size ?? 0))
  if (width > available) throw new ProblemError('not_found', { detail: 'the log has no such tile yet' })
  const first = Number(index) * tileWidth
  if (level === 'entries') return encodeEntries(await readEntries(tx, tenantId, { first, end: first + width }))
  const size = BigInt(head?.size ?? 0)
  return (await readTile(tx, tenantId, { level, index, size })).subarray(0, width * 32)
}

function readTilePath(path: string): ReturnType<typeof parseTilePath> {
  try {
    return parseTilePath(path)
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    throw new ProblemError('not_found', { detail: error.message }, { cause: error })
  }
}

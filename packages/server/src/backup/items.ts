import { z } from 'zod'
import { damaged } from './backup-error.ts'
import { decodeFrames, encodeFrames, type Frame } from './frames.ts'
import type { Tally } from './row-form.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

/** Schema of the manifest, which says what a backup is of. It stands first. */
export const manifestSchema = z.strictObject({
  kind: z.literal('manifest'),
  backupId: z.uuid(),
  product: z.string(),
  takenAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  keyFingerprint: z.string(),
  keysIncluded: z.boolean(),
  tables: z.array(z.string()),
  leftOut: z.array(z.string()),
  sequences: z.array(z.strictObject({ table: z.string(), column: z.string(), last: z.string() })),
})
/** The first item of a backup. */
export type Manifest = z.infer<typeof manifestSchema>

const logSchema = z.strictObject({
  kind: z.literal('log'),
  tenantId: z.uuid(),
  origin: z.string(),
  size: count,
  root: sha256.nullable(),
  checkpoint: z.string().nullable(),
})
/** A log's head at the moment of the backup. */
export type LogHead = z.infer<typeof logSchema>

const keySchema = z.strictObject({ kind: z.literal('key'), name: z.string(), content: z.base64() })
/** A file of the key folder. */
export type KeyFile = z.infer<typeof keySchema>

const tableSchema = z.strictObject({ kind: z.literal('table'), name: z.string(), columns: z.array(z.string()) })
const tableEndSchema = z.strictObject({ kind: z.literal('tableEnd'), rows: count, sha256 })
/** The end of a table: how many rows it had. */
export type TableEnd = z.infer<typeof tableEndSchema>

/** Whether two tables hold the same rows. */
export function isSameEnd(a: Omit<TableEnd, 'kind'>, b: Omit<TableEnd, 'kind'>): boolean {
  return a.rows === b.rows && a.sha256 === b.sha256
}

const itemSchema = z.discriminatedUnion('kind', [
  manifestSchema,
  logSchema,
  keySchema,
  tableSchema,
  tableEndSchema,
  z.strictObject({ kind: z.literal('end') }),
])

/** One part of a backup: something said in JSON, or rows of the table that was named last, as COPY writes them. */
export type Item = z.infer<typeof itemSchema> | { readonly kind: 'rows'; readonly bytes: Buffer }

/** Writes items as the bytes of a backup. */
export function encodeItems(items: AsyncIterable<Item>): AsyncGenerator<Buffer> {
  async function* frames(): AsyncGenerator<Frame> {
    for await (const item of items)
      yield item.kind === 'rows'
        ? { kind: 'rows', content: item.bytes }
        : { kind: 'json', content: Buffer.from(JSON.stringify(item)) }
  }
  return encodeFrames(frames())
}

/** Reads items back from bytes, however these are cut. @throws BackupError `damaged` */
export async function* decodeItems(pieces: AsyncIterable<Buffer>): AsyncGenerator<Item> {
  for await (const { kind, content } of decodeFrames(pieces))
    yield kind === 'rows' ? { kind: 'rows', bytes: content } : parseItem(content)
}

function parseItem(content: Buffer): Item {
  try {
    return itemSchema.parse(JSON.parse(content.toString()))
  } catch (cause) {
    throw damaged('A part of the backup is not of a known form.', cause)
  }
}

/**
 * Passes items on as long as they stand in their order.
 * @param startTally where it is given, every table must be what its end says; whoever restores holds the database itself against that
 * @throws BackupError `damaged`
 */
export async function* inOrder(items: AsyncIterable<Item>, startTally?: () => Tally): AsyncGenerator<Item> {
  const follows: Record<Item['kind'] | 'start', readonly Item['kind'][]> = {
    start: ['manifest'],
    manifest: ['log', 'key', 'table', 'end'],
    log: ['log', 'key', 'table', 'end'],
    key: ['key', 'table', 'end'],
    table: ['rows', 'tableEnd'],
    rows: ['rows', 'tableEnd'],
    tableEnd: ['table', 'end'],
    end: [],
  }
  let before: keyof typeof follows = 'start'
  let left: string[] = []
  let rows = startTally?.()
  for await (const item of items) {
    if (!follows[before].includes(item.kind)) throw damaged(`In the backup, ${item.kind} follows ${before}.`)
    before = item.kind
    if (item.kind === 'manifest') left = [...item.tables]
    if (item.kind === 'table') {
      if (left.shift() !== item.name) throw damaged(`The backup's table ${item.name} stands in the wrong place.`)
      rows = startTally?.()
    }
    if (item.kind === 'rows') rows?.add(item.bytes)
    if (item.kind === 'tableEnd' && rows !== undefined && !isSameEnd(rows.end(), item))
      throw damaged('Rows of the backup were changed.')
    yield item
  }
  if (before !== 'end' || left.length > 0) throw damaged('Parts of the backup are missing.')
}

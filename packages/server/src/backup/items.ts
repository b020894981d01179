import { createHash } from 'node:crypto'
import { z } from 'zod'
import { damaged } from './backup-error.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

/** What a backup is of. It stands first. */
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
export type Manifest = z.infer<typeof manifestSchema>

const logSchema = z.strictObject({
  kind: z.literal('log'),
  tenantId: z.uuid(),
  origin: z.string(),
  size: count,
  root: sha256.nullable(),
  checkpoint: z.string().nullable(),
})
export type LogHead = z.infer<typeof logSchema>

const keySchema = z.strictObject({ kind: z.literal('key'), name: z.string(), content: z.base64() })
export type KeyFile = z.infer<typeof keySchema>

const tableSchema = z.strictObject({ kind: z.literal('table'), name: z.string(), columns: z.array(z.string()) })
const tableEndSchema = z.strictObject({ kind: z.literal('tableEnd'), rows: count, sha256 })
export type TableEnd = z.infer<typeof tableEndSchema>

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

const rowsFrame = 0
const jsonFrame = 1
const headBytes = 5
const largestFrameBytes = 2 ** 20

/** Writes items as frames: a byte for the type, four for the length, the content. */
export async function* encodeItems(items: AsyncIterable<Item>): AsyncGenerator<Buffer> {
  for await (const item of items) {
    if (item.kind !== 'rows') yield frame(jsonFrame, Buffer.from(JSON.stringify(item)))
    else
      for (let start = 0; start < item.bytes.length; start += largestFrameBytes)
        yield frame(rowsFrame, item.bytes.subarray(start, start + largestFrameBytes))
  }
}

function frame(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(type)
  head.writeUInt32BE(content.length, 1)
  return Buffer.concat([head, content])
}

/** Reads items back from the frames, however these are cut. @throws BackupError `damaged` */
export async function* decodeItems(pieces: AsyncIterable<Buffer>): AsyncGenerator<Item> {
  let held: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece])
    for (let read = readFrame(held); read !== undefined; read = readFrame(held)) {
      yield read.item
      held = held.subarray(read.bytes)
    }
  }
  if (held.length > 0) throw damaged('The backup ends in the middle of a part.')
}

function readFrame(held: Buffer): { item: Item; bytes: number } | undefined {
  if (held.length < headBytes) return undefined
  const length = held.readUInt32BE(1)
  if (length > largestFrameBytes) throw damaged('A part of the backup is larger than any that is written.')
  const bytes = headBytes + length
  if (held.length < bytes) return undefined
  const content = held.subarray(headBytes, bytes)
  return { item: held[0] === rowsFrame ? { kind: 'rows', bytes: content } : parseItem(content), bytes }
}

function parseItem(content: Buffer): Item {
  try {
    return itemSchema.parse(JSON.parse(content.toString()))
  } catch (cause) {
    throw damaged('A part of the backup is not of a known form.', cause)
  }
}

/** Counts rows as COPY's text form writes them, one a line, and digests them. */
export function tally(): { add(bytes: Buffer): void; end(): TableEnd } {
  const digest = createHash('sha256')
  let rows = 0
  return {
    add(bytes) {
      digest.update(bytes)
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) rows += 1
    },
    end: () => ({ kind: 'tableEnd', rows, sha256: digest.digest('hex') }),
  }
}

/** Passes items on as long as they stand in their order and every table is what its end says. @throws BackupError `damaged` */
export async function* inOrder(items: AsyncIterable<Item>): AsyncGenerator<Item> {
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
  let rows = tally()
  for await (const item of items) {
    if (!follows[before].includes(item.kind)) throw damaged(`In the backup, ${item.kind} follows ${before}.`)
    before = item.kind
    if (item.kind === 'manifest') left = [...item.tables]
    if (item.kind === 'table') {
      if (left.shift() !== item.name) throw damaged(`The backup's table ${item.name} stands in the wrong place.`)
      rows = tally()
    }
    if (item.kind === 'rows') rows.add(item.bytes)
    if (item.kind === 'tableEnd') {
      const found = rows.end()
      if (found.rows !== item.rows || found.sha256 !== item.sha256) throw damaged('Rows of the backup were changed.')
    }
    yield item
  }
  if (before !== 'end' || left.length > 0) throw damaged('Parts of the backup are missing.')
}

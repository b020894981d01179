import { createHash, hash } from 'node:crypto'
import type { Client } from 'pg'
import { to } from 'pg-copy-streams'
import type { BackupFormat } from './sealed-file.ts'
import { type BackedUpTable, copyIn, copyOut, copyOutInOrder } from './tables.ts'

/** Counts and digests the rows of one table, however their bytes are cut. */
export interface Tally {
  add(bytes: Buffer): void
  end(): { readonly kind: 'tableEnd'; readonly rows: number; readonly sha256: string }
}

/** How a format writes rows: the statements that read and write them, what stands around them there, and what they are held against. */
export interface RowForm {
  readonly copyOut: (table: BackedUpTable) => string
  readonly copyIn: (table: Omit<BackedUpTable, 'key'>) => string
  /** Bytes that COPY writes before the first row (`head`) and behind the last (`tail`), and no backup holds. */
  readonly head: Buffer
  readonly tail: Buffer
  readonly startTally: () => Tally
}

const none = Buffer.alloc(0)

/** The rows of each format: text in the order of the primary key in 1, PostgreSQL's binary form in no order in 2. */
export const rowForms: Readonly<Record<BackupFormat, RowForm>> = {
  1: {
    copyOut: copyOutInOrder,
    copyIn: (table) => copyIn(table, 'text'),
    head: none,
    tail: none,
    startTally: tallyOfLines,
  },
  2: {
    copyOut,
    copyIn: (table) => copyIn(table, 'binary'),
    // Signature, flags, length of an extension; and a count of fields that no row has.
    head: Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]),
    tail: Buffer.from([0xff, 0xff]),
    startTally: tallyOfTuples,
  },
}

/** The rows of a table as this form writes them, without head and tail. The connection is let go of where the reader stops halfway. */
export async function* copiedRows(client: Client, form: RowForm, table: BackedUpTable): AsyncGenerator<Buffer> {
  const copy = client.query(to(form.copyOut(table)))
  let isWhole = false
  try {
    yield* bare(copy.iterator({ destroyOnReturn: false }), form)
    isWhole = true
  } finally {
    // PostgreSQL can't be told to stop a copy halfway.
    if (!isWhole) {
      copy.on('error', () => undefined)
      void client.end()
    }
  }
}

async function* bare(pieces: AsyncIterable<Buffer>, { head, tail }: RowForm): AsyncGenerator<Buffer> {
  let missing = head.length
  let held: Buffer = none
  for await (const piece of pieces) {
    const bytes = held.length === 0 ? piece : Buffer.concat([held, piece])
    const start = Math.min(missing, bytes.length)
    if (
      !head
        .subarray(head.length - missing)
        .subarray(0, start)
        .equals(bytes.subarray(0, start))
    )
      throw new Error('the database writes rows otherwise than this version reads them')
    missing -= start
    const end = Math.max(start, bytes.length - tail.length)
    held = bytes.subarray(end)
    if (end > start) yield bytes.subarray(start, end)
  }
  if (missing > 0 || !held.equals(tail)) throw new Error('the database ended a table otherwise than this version knows')
}

/** COPY's text form: a row a line, and one digest over all of them. */
function tallyOfLines(): Tally {
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

/**
 * COPY's binary form. Rows come in no order, so what is kept is the sum of their digests: each four bytes of SHA-256 by themselves,
 * modulo 2^32.
 */
function tallyOfTuples(): Tally {
  const sums = new Uint32Array(8)
  let rows = 0
  let held: Buffer = none
  return {
    add(piece) {
      const bytes = held.length === 0 ? piece : Buffer.concat([held, piece])
      let start = 0
      for (let end = endOfTuple(bytes, 0); end > 0; end = endOfTuple(bytes, start)) {
        addDigest(sums, hash('sha256', bytes.subarray(start, end), 'binary'))
        rows += 1
        start = end
      }
      held = bytes.subarray(start)
    },
    end() {
      const digest = Buffer.alloc(32)
      sums.forEach((sum, place) => digest.writeUInt32BE(sum, place * 4))
      // Half a row is no row: what is left over makes it another table.
      return { kind: 'tableEnd', rows: held.length === 0 ? rows : -1, sha256: digest.toString('hex') }
    },
  }
}

function addDigest(sums: Uint32Array, digest: string): void {
  for (let place = 0; place < 8; place += 1) {
    const at = place * 4
    const number =
      digest.charCodeAt(at) * 2 ** 24 +
      (digest.charCodeAt(at + 1) << 16) +
      (digest.charCodeAt(at + 2) << 8) +
      digest.charCodeAt(at + 3)
    sums[place] = (sums[place] ?? 0) + number
  }
}

/** Where the row ends that begins here: a count of fields, and each with its length, -1 for null. 0 where it isn't whole yet. */
function endOfTuple(bytes: Buffer, start: number): number {
  if (bytes.length - start < 2) return 0
  const fields = bytes.readInt16BE(start)
  let at = start + 2
  for (let field = 0; field < fields; field += 1) {
    if (bytes.length - at < 4) return 0
    at += 4 + Math.max(0, bytes.readInt32BE(at))
  }
  return at <= bytes.length ? at : 0
}

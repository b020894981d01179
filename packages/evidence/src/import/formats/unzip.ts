import { Inflate } from 'fflate'
import { Decompress } from 'fzstd'
import type { FaultList } from '../faults.ts'

/** A file within a ZIP archive; `read` unpacks it, and answers undefined where its data aren't what the archive says of them. */
export interface ZipEntry {
  readonly name: string
  readonly size: number
  readonly read: () => Uint8Array | undefined
}

/** Bounds on an archive: they hold before anything is unpacked, and while it is. */
const ZIP_LIMITS = { entries: 65_000, entrySize: 128 * 1024 * 1024, totalSize: 1024 * 1024 * 1024 }
const CHUNK = 64 * 1024
const END_SIZE = 22
const ENTRY_SIZE = 46
const [STORED, DEFLATED, ZSTANDARD] = [0, 8, 93]

/**
 * Lists the files of a ZIP archive (PKWARE APPNOTE 6.3.10, §4.3) by its central directory: stored, deflated or packed by
 * Zstandard, as Inspect writes them. Encrypted, duplicate, overlong and ZIP64 entries are refused by name of what is wrong.
 */
export function listZip(bytes: Uint8Array, faults: FaultList): readonly ZipEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOfDirectory(view)
  if (end === undefined) return faults.add('malformed', 'the archive is cut: it has no directory')
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count > ZIP_LIMITS.entries || at === 0xffffffff)
    return faults.add(
      'too_large',
      `an archive of more than ${ZIP_LIMITS.entries} files`,
      {},
      'convert it: inspect log convert --to json',
    )
  const entries = new Map<string, ZipEntry>()
  let total = 0
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_SIZE > end || view.getUint32(at, true) !== 0x02014b50)
      return faults.add('malformed', "the archive's directory is damaged")
    const nameLength = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength))
    const size = view.getUint32(at + 24, true)
    total += size
    if (entries.has(name)) return faults.add('malformed', 'the archive holds two files of one name')
    if ((view.getUint16(at + 8, true) & 1) !== 0) return faults.add('malformed', 'the archive is encrypted')
    if (size > ZIP_LIMITS.entrySize || total > ZIP_LIMITS.totalSize)
      return faults.add(
        'too_large',
        `the archive unpacks to more than ${ZIP_LIMITS.totalSize} bytes, or a file of it to more than ${ZIP_LIMITS.entrySize}`,
      )
    const packed = {
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      header: view.getUint32(at + 42, true),
    }
    entries.set(name, { name, size, read: () => unpack(view, packed, size) })
    at += ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return [...entries.values()]
}

function endOfDirectory(view: DataView): number | undefined {
  // A comment of up to 64 KiB may follow.
  const earliest = Math.max(0, view.byteLength - END_SIZE - 0xffff)
  for (let at = view.byteLength - END_SIZE; at >= earliest; at -= 1)
    if (view.getUint32(at, true) === 0x06054b50) return at
  return undefined
}

function unpack(
  view: DataView,
  packed: { readonly method: number; readonly size: number; readonly header: number },
  size: number,
): Uint8Array | undefined {
  const { method, header } = packed
  if (header + 30 > view.byteLength || view.getUint32(header, true) !== 0x04034b50) return undefined
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
  if (start + packed.size > view.byteLength) return undefined
  const data = new Uint8Array(view.buffer, view.byteOffset + start, packed.size)
  if (method === STORED) return data.length === size ? data : undefined
  if (method !== DEFLATED && method !== ZSTANDARD) return undefined
  const out = new Uint8Array(size)
  let length = 0
  const keep = (chunk: Uint8Array): void => {
    if (length + chunk.length > size) throw new RangeError('more data than the archive says')
    out.set(chunk, length)
    length += chunk.length
  }
  try {
    const stream = method === DEFLATED ? new Inflate(keep) : new Decompress(keep)
    for (let from = 0; from < data.length || from === 0; from += CHUNK)
      stream.push(data.subarray(from, from + CHUNK), from + CHUNK >= data.length)
  } catch {
    return undefined
  }
  return length === size ? out : undefined
}

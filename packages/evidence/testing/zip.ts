import { deflateRawSync, zstdCompressSync } from 'node:zlib'

/** A file to pack. The rest says what an archive may say of it without it being so. */
export interface PackedFile {
  readonly name: string
  readonly text: string
  readonly method?: 'stored' | 'deflated' | 'zstandard'
  /** The size that the directory claims, in bytes. */
  readonly claimedSize?: number
  readonly isEncrypted?: boolean
}

const METHODS = { stored: 0, deflated: 8, zstandard: 93 }

/** A ZIP archive, as far as its directory and data go: no times, no checksums. */
export function zip(files: readonly PackedFile[]): Uint8Array {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text, method = 'deflated', claimedSize, isEncrypted } of files) {
    const content = Buffer.from(text)
    const data = pack(content, method)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(isEncrypted === true ? 1 : 0, 8)
    entry.writeUInt16LE(METHODS[method], 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt32LE(claimedSize ?? content.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt32LE(offset, 42)
    parts.push(local, Buffer.from(name), data)
    directory.push(entry, Buffer.from(name))
    offset += 30 + Buffer.byteLength(name) + data.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]))
}

/** Inspect writes Zstandard in several frames. */
function pack(content: Buffer, method: keyof typeof METHODS): Buffer {
  if (method === 'stored') return content
  if (method === 'deflated') return deflateRawSync(content)
  const half = Math.floor(content.length / 2)
  return Buffer.concat([zstdCompressSync(content.subarray(0, half)), zstdCompressSync(content.subarray(half))])
}

import { decodeBase64, encodeBase64 } from './base64.ts'
import { verificationLimits } from './limits.ts'
import { RecordError } from './record-error.ts'

const firstLine = 'c2sp.org/tlog-proof@v1'

/** Proof that an entry is in a log: its index, its audit path, and the log's checkpoint, verbatim. */
export interface TlogProof {
  readonly index: bigint
  /** Opaque data that nothing vouches for; AfterAI writes none. */
  readonly extra?: Uint8Array
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}

/** Writes a proof as text. Source: C2SP tlog-proof. */
export function formatTlogProof({ index, extra, hashes, checkpoint }: TlogProof): string {
  const extraLine = extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]
  return [firstLine, ...extraLine, `index ${index}`, ...hashes.map(encodeBase64), '', checkpoint].join('\n')
}

/** Reads a proof without verifying it. @throws RecordError `bad_proof`, `bad_base64` */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  if (split < 0) throw new RecordError('bad_proof', 'the proof has no checkpoint')
  const [header, ...lines] = text.slice(0, split).split('\n')
  if (header !== firstLine) throw new RecordError('bad_proof', `the proof does not begin with ${firstLine}`)
  const extraLine = lines[0]?.startsWith('extra ') === true ? lines.shift() : undefined
  const [, index] = /^index (0|[1-9]\d{0,17})$/.exec(lines.shift() ?? '') ?? []
  if (index === undefined) throw new RecordError('bad_proof', 'the proof has no index')
  if (lines.length > verificationLimits.proofHashes) throw new RecordError('bad_proof', 'the proof has too many hashes')
  return {
    index: BigInt(index),
    ...(extraLine === undefined ? {} : { extra: decodeBase64(extraLine.slice('extra '.length)) }),
    hashes: lines.map(readHash),
    checkpoint: text.slice(split + 2),
  }
}

function readHash(line: string): Uint8Array {
  const hash = decodeBase64(line)
  if (hash.length !== 32) throw new RecordError('bad_proof', 'a hash of the proof does not have 32 bytes')
  return hash
}

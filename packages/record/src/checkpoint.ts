import { decodeBase64, encodeBase64 } from './base64.ts'
import { refuseLarger, verificationLimits } from './limits.ts'
import { RecordError } from './record-error.ts'
import { parseNote, signNote, verifyNote } from './signed-note.ts'
import type { Note, NoteSigner, NoteVerifier } from './signed-note.ts'

/** The commitment of a log: its name, how many entries it has, and the root over them. */
export interface Checkpoint {
  readonly origin: string
  readonly size: bigint
  readonly root: Uint8Array
  /** Opaque further lines; AfterAI writes none. */
  readonly extensions: readonly string[]
}

/** A checkpoint with the note it was read from. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note
}

/** The text of a checkpoint's note. Source: C2SP tlog-checkpoint. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return [origin, size.toString(), encodeBase64(root), ...extensions].map((line) => `${line}\n`).join('')
}

/** Writes a signed checkpoint. */
export function signCheckpoint(
  { origin, size, root }: Omit<Checkpoint, 'extensions'>,
  signers: readonly NoteSigner[],
): string {
  return signNote(formatCheckpoint({ origin, size, root, extensions: [] }), signers)
}

/**
 * Reads a signed checkpoint without verifying it. It has one spelling: visible ASCII, and each key's signature once, the log's own first.
 * @throws RecordError `bad_note`, `bad_checkpoint`, `bad_base64`, `too_large`
 */
export function parseCheckpoint(source: string | Uint8Array): SignedCheckpoint {
  refuseLarger(source, 'the checkpoint', verificationLimits.pinnedBytes)
  const note = parseNote(source)
  const [origin = '', size = '', root = '', ...extensions] = note.text.slice(0, -1).split('\n')
  if (origin === '' || extensions.includes('')) {
    throw new RecordError('bad_checkpoint', 'the checkpoint has an empty line')
  }
  if (!/^(?:0|[1-9]\d{0,17})$/.test(size)) throw new RecordError('bad_checkpoint', 'the tree size is not a number')
  const hash = decodeBase64(root)
  if (hash.length !== 32) throw new RecordError('bad_checkpoint', 'the root hash does not have 32 bytes')
  refuseOtherSpellings(origin, note)
  return { origin, size: BigInt(size), root: hash, extensions, note }
}

function refuseOtherSpellings(origin: string, { text, signatures }: Note): void {
  const isPlain = /^[ -~\n]*$/.test(text) && signatures.every(({ name }) => /^[!-~]+$/.test(name))
  if (!isPlain) throw new RecordError('bad_checkpoint', 'the checkpoint has other characters than those of ASCII')
  if (new Set(signatures.map(({ name, keyId }) => `${name}+${keyId}`)).size < signatures.length)
    throw new RecordError('bad_checkpoint', 'a key signed the checkpoint twice')
  const others = signatures.findIndex(({ name }) => name !== origin)
  if (others >= 0 && signatures.slice(others).some(({ name }) => name === origin))
    throw new RecordError('bad_checkpoint', "the log's own signatures of its checkpoint come first")
}

/**
 * Verifies that the log signed its checkpoint: a known key whose name is the checkpoint's origin.
 * @throws RecordError `unknown_key`, `bad_signature`
 */
export function verifyCheckpoint(checkpoint: SignedCheckpoint, logs: readonly NoteVerifier[]): readonly NoteVerifier[] {
  return verifyNote(
    checkpoint.note,
    logs.filter(({ name }) => name === checkpoint.origin),
  )
}

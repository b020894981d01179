import { bigEndian, concatBytes, utf8 } from './bytes.ts'
import { signWith, verifySignature } from './crypto.ts'
import type { PrivateKey, PublicKey } from './crypto.ts'
import { RecordError } from './record-error.ts'
import { createNoteVerifier, noteAlgorithms } from './signed-note.ts'
import type { Note, NoteSigner, NoteVerifier } from './signed-note.ts'

/** A witness's statement that it saw this checkpoint, consistent with all it saw before, at this time. */
export interface Cosignature {
  readonly witness: string
  readonly unixSeconds: number
}

/** A signer of witness cosignatures at the given time. Source: C2SP tlog-cosignature. */
export function createCosigner(
  name: string,
  keys: { readonly privateKey: PrivateKey; readonly publicKey: PublicKey },
  unixSeconds: number,
): NoteSigner {
  const { keyId } = createNoteVerifier(name, keys.publicKey, noteAlgorithms.cosignature)
  return {
    name,
    keyId,
    sign: (text) => concatBytes(bigEndian(unixSeconds, 8), signWith(keys.privateKey, cosignedBytes(text, unixSeconds))),
  }
}

/**
 * The right cosignatures of a checkpoint by known witnesses, one for each key: a key under two names is one witness.
 * @throws RecordError `bad_signature` when a known witness's cosignature is wrong
 */
export function verifyCosignatures(note: Note, witnesses: readonly NoteVerifier[]): readonly Cosignature[] {
  const found = new Map<string, Cosignature>()
  for (const { name, keyId, signature } of note.signatures) {
    const witness = witnesses.find((known) => known.name === name && known.keyId === keyId)
    if (witness?.key === undefined || witness.algorithm !== noteAlgorithms.cosignature) continue
    const unixSeconds = cosignedAt(signature)
    if (!verifySignature(witness.key, cosignedBytes(utf8(note.text), unixSeconds), signature.subarray(8))) {
      throw new RecordError('bad_signature', `the cosignature by ${name} does not verify`)
    }
    found.set(witness.key.keyid, { witness: name, unixSeconds })
  }
  return [...found.values()]
}

function cosignedBytes(text: Uint8Array, unixSeconds: number): Uint8Array {
  return concatBytes(utf8(`cosignature/v1\ntime ${unixSeconds}\n`), text)
}

/** The time that a cosignature states, in Unix seconds, verified or not. @throws RecordError `bad_signature` */
export function cosignedAt(signature: Uint8Array): number {
  if (signature.length !== 72) throw new RecordError('bad_signature', 'a cosignature has 72 bytes')
  const seconds = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0)
  if (seconds > BigInt(Number.MAX_SAFE_INTEGER)) throw new RecordError('bad_signature', 'the time is out of range')
  return Number(seconds)
}

import { decodeBase64, encodeBase64 } from './base64.ts'
import { concatBytes, textOf, utf8 } from './bytes.ts'
import { importEd25519, rawEd25519, sha256, signWith, verifySignature } from './crypto.ts'
import type { PrivateKey, PublicKey } from './crypto.ts'
import { decodeHex, encodeHex } from './hex.ts'
import { verificationLimits } from './limits.ts'
import { RecordError } from './record-error.ts'

/** Signature types of notes that are used here. Source: C2SP signed-note, tlog-cosignature. */
export const noteAlgorithms: { readonly ed25519: 1; readonly cosignature: 4 } = { ed25519: 1, cosignature: 4 }

const assignedTypes: readonly number[] = [1, 2, 4, 5, 6, 0xff]
/** ML-DSA-44, whose key ids are made like those of Ed25519. Source: C2SP tlog-cosignature. */
const mlDsa44 = 6
const namePattern = /^[^\p{White_Space}+]+$/u

/** Who signs notes: a name, and a key of a certain type. `key` is absent for the types that aren't used here. */
export interface NoteVerifier {
  readonly name: string
  /** The verifier as text: `<name>+<key id>+<base64(type || public key)>`. */
  readonly vkey: string
  /** 32-bit key id, as 8 hex digits. */
  readonly keyId: string
  readonly algorithm: number
  readonly key?: PublicKey
}

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string
  readonly keyId: string
  readonly signature: Uint8Array
}

/** A signed note, parsed but not verified: its text must not be used before {@link verifyNote}. */
export interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Signs notes under a name. */
export interface NoteSigner {
  readonly name: string
  readonly keyId: string
  sign(text: Uint8Array): Uint8Array
}

/** A signer of notes over an Ed25519 key in memory. */
export function createNoteSigner(name: string, privateKey: PrivateKey, publicKey: PublicKey): NoteSigner {
  const { keyId } = createNoteVerifier(name, publicKey)
  return { name, keyId, sign: (text) => signWith(privateKey, text) }
}

/** The verifier of an Ed25519 key, for plain notes or for cosignatures. @throws RecordError `bad_key` */
export function createNoteVerifier(
  name: string,
  key: PublicKey,
  algorithm: number = noteAlgorithms.ed25519,
): Required<NoteVerifier> {
  if (!namePattern.test(name)) throw new RecordError('bad_key', 'a key name holds no space and no plus')
  const typedKey = concatBytes(Uint8Array.of(algorithm), rawEd25519(key))
  const keyId = keyIdOf(name, typedKey)
  return { name, vkey: `${name}+${keyId}+${encodeBase64(typedKey)}`, keyId, algorithm, key }
}

/**
 * Reads a vkey. Types that are assigned but not used here give a verifier without a key: its signatures are skipped.
 * @throws RecordError `bad_key`
 */
export function parseVkey(vkey: string): NoteVerifier {
  const [, name = '', keyId = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? []
  if (!namePattern.test(name)) throw new RecordError('bad_key', 'the vkey is not of the form name+id+key')
  const [algorithm = -1, ...raw] = decodeBase64(encoded)
  if (!assignedTypes.includes(algorithm))
    throw new RecordError('bad_key', `the vkey has the unassigned type ${algorithm}`)
  const isEd25519 = algorithm === noteAlgorithms.ed25519 || algorithm === noteAlgorithms.cosignature
  if ((isEd25519 || algorithm === mlDsa44) && keyIdOf(name, Uint8Array.of(algorithm, ...raw)) !== keyId)
    throw new RecordError('bad_key', `the vkey's id ${keyId} is not that of its key`)
  if (!isEd25519) return { name, vkey, keyId, algorithm }
  return createNoteVerifier(name, importEd25519(Uint8Array.from(raw)), algorithm)
}

/** The first 32 bits of a digest over the name and the key with its type, as 8 hex digits. Source: C2SP signed-note. */
function keyIdOf(name: string, typedKey: Uint8Array): string {
  return encodeHex(sha256(concatBytes(utf8(`${name}\n`), typedKey)).subarray(0, 4))
}

/** Writes a signed note. `text` ends with a newline. @throws RecordError `bad_note` */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || hasControlCharacter(text)) {
    throw new RecordError('bad_note', 'the text of a note ends with a newline and has no control characters')
  }
  const bytes = utf8(text)
  return `${text}\n${signers.map((signer) => signatureLine(signer, signer.sign(bytes))).join('')}`
}

/** Reads a signed note without verifying it. Source: C2SP signed-note. @throws RecordError `bad_note` */
export function parseNote(note: string | Uint8Array): Note {
  const source = typeof note === 'string' ? note : textOf(note)
  const split = source.lastIndexOf('\n\n')
  if (split < 0 || !source.endsWith('\n')) throw new RecordError('bad_note', 'the note has no signatures')
  if (hasControlCharacter(source)) throw new RecordError('bad_note', 'the note holds a control character')
  const lines = source.slice(split + 2, -1).split('\n')
  if (lines.length > verificationLimits.noteSignatures)
    throw new RecordError('bad_note', 'the note has too many signatures')
  return { text: source.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/**
 * Verifies the plain Ed25519 signatures of a note: those by unknown keys are ignored, every one by a known key must be right.
 * Returns the verifiers whose signatures were right: at least one.
 * @throws RecordError `unknown_key` when no known key signed, `bad_signature` when a known key's signature is wrong
 */
export function verifyNote(note: Note, known: readonly NoteVerifier[]): readonly NoteVerifier[] {
  const text = utf8(note.text)
  const verified = new Set<NoteVerifier>()
  for (const { name, keyId, signature } of note.signatures) {
    const verifier = known.find((candidate) => candidate.name === name && candidate.keyId === keyId)
    if (verifier?.key === undefined || verifier.algorithm !== noteAlgorithms.ed25519) continue
    if (verified.has(verifier)) continue
    if (!verifySignature(verifier.key, text, signature)) {
      throw new RecordError('bad_signature', `the note's signature by ${name} does not verify`)
    }
    verified.add(verifier)
  }
  if (verified.size === 0) throw new RecordError('unknown_key', 'no trusted key signed the note')
  return [...verified]
}

function signatureLine({ name, keyId }: NoteSigner, signature: Uint8Array): string {
  return `— ${name} ${encodeBase64(concatBytes(decodeHex(keyId), signature))}\n`
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? []
  if (!namePattern.test(name)) throw new RecordError('bad_note', 'the note holds a line that is no signature')
  const bytes = decodeBase64(encoded)
  if (bytes.length < 5) throw new RecordError('bad_note', 'a signature of the note is too short')
  return { name, keyId: encodeHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) }
}

function hasControlCharacter(text: string): boolean {
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code < 0x20 && code !== 0x0a) return true
  }
  return false
}

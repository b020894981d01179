import { encodeBase64 } from './base64.ts'
import type { ParsedBundle } from './bundle.ts'
import { equalBytes } from './bytes.ts'
import { verifyCheckpoint } from './checkpoint.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { verifyCosignatures } from './cosignature.ts'
import { importPublicKey, sha256 } from './crypto.ts'
import type { PublicKey } from './crypto.ts'
import { verifyEnvelope } from './dsse.ts'
import { entryFromEnvelope } from './entry.ts'
import { encodeHex } from './hex.ts'
import { climb, hashLeaf, verifyConsistency } from './merkle.ts'
import { RecordError } from './record-error.ts'
import type { NoteVerifier } from './signed-note.ts'
import { decodeStatement, statementPayloadType } from './statement.ts'
import type { Statement } from './statement.ts'
import type { Trust } from './trust.ts'
import type { Comparison, TreePath } from './verification-steps.ts'

/** What a check found: that it holds, unless it says that there was nothing to check. A check that fails throws. */
export interface Finding<Result> {
  readonly detail: string
  readonly result: Result
  readonly isUnchecked?: boolean
}

/** Where a record stands in its log. */
export interface Position {
  readonly origin: string
  readonly index: bigint
  readonly size: bigint
}

/** Checks that a pinned record key signed the envelope, and answers the payload. */
export function checkSignature({ dsseEnvelope, keyHints }: ParsedBundle, trust: Trust): Finding<Uint8Array> {
  const payload = verifyEnvelope(dsseEnvelope, [...trust.recordKeys, ...hintedKeys(keyHints.recordKey, trust)])
  const keyids = dsseEnvelope.signatures.map(({ keyid }) => keyid)
  return { detail: `signed by record key ${keyids.join(', ')}`, result: payload }
}

/** The ids of the record keys: those pinned, and the one that the envelope names. */
export function compareRecordKeys({ dsseEnvelope }: ParsedBundle, trust: Trust): Comparison {
  return {
    what: 'id of the record key',
    expected: listOf([...trust.recordKeys.map(({ keyid }) => keyid), ...trust.recordKeyids]),
    computed: listOf(dsseEnvelope.signatures.map(({ keyid }) => keyid)),
  }
}

// A key pinned by its id alone is taken from the bundle's hint.
function hintedKeys(spki: Uint8Array, { recordKeyids }: Trust): readonly PublicKey[] {
  if (recordKeyids.length === 0) return []
  const key = importPublicKey(spki)
  return recordKeyids.includes(key.keyid) ? [key] : []
}

/** Checks that the signed payload is a statement of a form that this verifier knows. */
export function readStatement({ dsseEnvelope, entryFields }: ParsedBundle, payload: Uint8Array): Finding<Statement> {
  if (dsseEnvelope.payloadType !== statementPayloadType) {
    throw new RecordError('bad_field', `the envelope's payload is of type ${dsseEnvelope.payloadType}`)
  }
  const statement = decodeStatement(payload)
  if (statement.kind !== entryFields.kind) {
    throw new RecordError('bad_field', `a ${statement.kind} statement was logged as ${entryFields.kind}`)
  }
  const { producer } = statement.facts
  return { detail: `${statement.kind} number ${producer.sequence} of producer ${producer.id}`, result: statement }
}

const entryFieldNames = {
  paeSha256: 'SHA-256 of what was signed',
  keyid: 'id of the key that signed',
  sig: 'signature',
} as const

/** What the entry says of its envelope, and what the envelope in the bundle is: the first field in which they differ, if they do. */
export function compareEntry({ dsseEnvelope, entryFields }: ParsedBundle): Comparison {
  const computed = entryFromEnvelope(entryFields.kind, dsseEnvelope)
  const fields = ['paeSha256', 'keyid', 'sig'] as const
  const field = fields.find((it) => computed[it] !== entryFields[it]) ?? 'paeSha256'
  return { what: entryFieldNames[field], expected: entryFields[field], computed: computed[field] }
}

/** Checks that the entry of the log is the entry of this envelope. */
export function checkEntryIsOfEnvelope(bundle: ParsedBundle): Finding<void> {
  const { expected, computed } = compareEntry(bundle)
  if (expected !== computed) throw new RecordError('bad_proof', 'the entry of the log is about another envelope')
  return { detail: `the entry names this envelope by ${expected}`, result: undefined }
}

/** Checks that a pinned log key signed the checkpoint, and answers those that did. */
export function checkCheckpoint(checkpoint: SignedCheckpoint, { logs }: Trust): Finding<readonly NoteVerifier[]> {
  const signers = verifyCheckpoint(checkpoint, logs)
  return { detail: `${checkpoint.origin} signed its checkpoint of size ${checkpoint.size}`, result: signers }
}

/** The names and ids of the log keys: those pinned, and those under which the checkpoint is signed. */
export function compareLogKeys({ note }: SignedCheckpoint, { logs }: Trust): Comparison {
  return { what: 'key of the log', expected: namesOf(logs), computed: namesOf(note.signatures) }
}

function namesOf(keys: readonly { readonly name: string; readonly keyId: string }[]): string {
  return listOf(keys.map(({ name, keyId }) => `${name}+${keyId}`))
}

/** Checks that hints are at least true: they name the keys that did sign. */
export function checkKeyHints(
  { keyHints, entryFields }: ParsedBundle,
  signers: readonly NoteVerifier[],
): Finding<void> {
  const isTrue =
    encodeHex(sha256(keyHints.recordKey)) === entryFields.keyid && signers.some(({ vkey }) => vkey === keyHints.logVkey)
  if (!isTrue) throw new RecordError('bad_key', 'the key hints name other keys than those that signed')
  return { detail: 'the key hints name the keys that signed', result: undefined }
}

/** The way from the entry to the root, and whether it ends at the checkpoint's: size and root are the checkpoint's. */
export interface WayToRoot {
  readonly path: TreePath
  readonly comparison: Comparison
  readonly check: () => Finding<Position>
}

/** Computes the way from the entry to the root, once for all that is said of it. */
export function findWayToRoot({ entry, proof, checkpoint }: ParsedBundle): WayToRoot {
  const { origin, size, root } = checkpoint
  const { index, hashes } = proof
  const leafHash = hashLeaf(entry)
  const { nodes, reachesRoot } = climb({ index, size, leafHash, proof: hashes })
  const top = nodes.at(-1)?.hash ?? leafHash
  return {
    path: {
      leaf: encodeHex(leafHash),
      nodes: nodes.map(({ sibling, siblingSide, hash }) => ({
        sibling: encodeHex(sibling),
        siblingSide,
        hash: encodeHex(hash),
      })),
    },
    comparison: { what: 'root of the log', expected: encodeHex(root), computed: encodeHex(top) },
    check: () => {
      if (!reachesRoot || !equalBytes(top, root))
        throw new RecordError('bad_proof', `the entry is not at index ${index} of the log`)
      const detail = `the entry is at index ${index} of ${size}, root ${encodeBase64(root)}`
      return { detail, result: { origin, index, size } }
    },
  }
}

/** Checks that the log continues the checkpoint that the bundle names, and the one that the auditor kept. */
export function checkConsistency(bundle: ParsedBundle, trust: Trust): Finding<void> {
  const { checkpoint, earlierCheckpoint, consistencyProof } = bundle
  if (earlierCheckpoint !== null) {
    verifyCheckpoint(earlierCheckpoint, trust.logs)
    requireContinuation(earlierCheckpoint, checkpoint, consistencyProof?.hashes ?? [])
  }
  const kept = trust.earlierCheckpoint
  if (kept !== null) {
    const known = [checkpoint, ...(earlierCheckpoint === null ? [] : [earlierCheckpoint])]
    if (!known.some((candidate) => isSameTree(candidate, kept)))
      throw new RecordError(
        'bad_proof',
        `nothing shows that the log continues the kept checkpoint of size ${kept.size}`,
      )
    return { detail: `the log continues the kept checkpoint of size ${kept.size}`, result: undefined }
  }
  if (earlierCheckpoint === null)
    return { detail: 'no checkpoint was kept from before to compare with', result: undefined, isUnchecked: true }
  const { size } = earlierCheckpoint
  const detail = `the log continues the checkpoint of size ${size} that the file brings; none was kept from before`
  return { detail, result: undefined }
}

function requireContinuation(earlier: SignedCheckpoint, later: SignedCheckpoint, proof: readonly Uint8Array[]): void {
  const claim = { size1: earlier.size, size2: later.size, root1: earlier.root, root2: later.root, proof }
  if (earlier.origin === later.origin && verifyConsistency(claim)) return
  throw new RecordError('bad_proof', `the log does not continue its checkpoint of size ${earlier.size}`)
}

function isSameTree(left: SignedCheckpoint, right: SignedCheckpoint): boolean {
  return left.origin === right.origin && left.size === right.size && equalBytes(left.root, right.root)
}

/** Checks that enough of the auditor's witnesses saw the same checkpoint. */
export function checkWitnesses({ note }: SignedCheckpoint, { witnessPolicy }: Trust): Finding<void> {
  if (witnessPolicy === null) return { detail: 'none was named', result: undefined, isUnchecked: true }
  const names = verifyCosignatures(note, witnessPolicy.witnesses).map(({ witness }) => witness)
  if (names.length < witnessPolicy.quorum) {
    throw new RecordError('bad_proof', `${names.length} of ${witnessPolicy.quorum} witnesses cosigned the checkpoint`)
  }
  return { detail: `cosigned by ${names.join(', ')}`, result: undefined }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

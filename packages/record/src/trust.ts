import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { importPublicKey, importPublicKeys } from './crypto.ts'
import type { PublicKey } from './crypto.ts'
import { digestField } from './fields.ts'
import { refuseLarger, verificationLimits } from './limits.ts'
import { noteAlgorithms, parseVkey } from './signed-note.ts'
import type { NoteVerifier } from './signed-note.ts'
import { RecordError } from './record-error.ts'

/** How many of which witnesses must have cosigned a checkpoint. */
export interface WitnessPolicy {
  readonly quorum: number
  readonly witnesses: readonly NoteVerifier[]
}

/** Keys, checkpoint and witness policy pinned beforehand by an auditor, ready for use. */
export interface Trust {
  readonly recordKeys: readonly PublicKey[]
  /** Keys pinned by their id alone; the bundle's hint supplies the key. */
  readonly recordKeyids: readonly string[]
  readonly logs: readonly NoteVerifier[]
  /** A checkpoint of the same log that the auditor kept from before. */
  readonly earlierCheckpoint: SignedCheckpoint | null
  readonly witnessPolicy: WitnessPolicy | null
}

/** Pinned keys, checkpoint and witness policy, as an auditor writes them down. */
export interface TrustInput {
  /** Public keys of records: SPKI in DER, or texts with one or more of them in PEM. */
  readonly recordKeys?: readonly (string | Uint8Array)[]
  /** Public keys of records by id: hex SHA-256 of the SPKI DER. */
  readonly recordKeyids?: readonly string[]
  readonly logVkeys: readonly string[]
  readonly earlierCheckpoint?: string | Uint8Array
  readonly witnessPolicy?: { readonly quorum: number; readonly vkeys: readonly string[] }
}

/**
 * Prepares what an auditor has pinned. The earlier checkpoint must itself be signed by one of the logs.
 * @throws RecordError `bad_key`, `bad_note`, `bad_checkpoint`, `unknown_key`, `bad_signature`
 */
export function createTrust(input: TrustInput): Trust {
  const logs = input.logVkeys.map((vkey) => usableVerifier(vkey, noteAlgorithms.ed25519))
  const recordKeys = (input.recordKeys ?? []).flatMap(readRecordKeys)
  const recordKeyids = (input.recordKeyids ?? []).map((keyid) => digestField(keyid, 'recordKeyids'))
  const earlierCheckpoint = input.earlierCheckpoint === undefined ? null : parseCheckpoint(input.earlierCheckpoint)
  if (earlierCheckpoint !== null) verifyCheckpoint(earlierCheckpoint, logs)
  return {
    recordKeys,
    recordKeyids,
    logs,
    earlierCheckpoint,
    witnessPolicy:
      input.witnessPolicy === undefined
        ? null
        : createWitnessPolicy(input.witnessPolicy, [
            ...logs.map(({ key }) => key?.keyid),
            ...recordKeys.map(({ keyid }) => keyid),
            ...recordKeyids,
          ]),
  }
}

function readRecordKeys(source: string | Uint8Array): readonly PublicKey[] {
  refuseLarger(source, 'the record key', verificationLimits.pinnedBytes)
  return typeof source === 'string' ? importPublicKeys(source) : [importPublicKey(source)]
}

// A witness is somebody else than whoever runs the log, and counts once: what is counted is keys, whatever their names.
function createWitnessPolicy(
  { quorum, vkeys }: NonNullable<TrustInput['witnessPolicy']>,
  operatorKeyids: readonly (string | undefined)[],
): WitnessPolicy {
  const witnesses = vkeys.map((vkey) => usableVerifier(vkey, noteAlgorithms.cosignature))
  const names = new Set(witnesses.map(({ name }) => name))
  if (names.size < witnesses.length) throw new RecordError('bad_key', 'two witnesses have the same name')
  const keyids = new Set(witnesses.map(({ key }) => key?.keyid))
  if (keyids.size < witnesses.length) throw new RecordError('bad_key', 'two witnesses have the same key')
  if (operatorKeyids.some((keyid) => keyids.has(keyid)))
    throw new RecordError('bad_key', 'a witness has the key of the log or of its records')
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > witnesses.length) {
    throw new RecordError('bad_field', 'the quorum must be from 1 to the number of witnesses')
  }
  return { quorum, witnesses }
}

function usableVerifier(vkey: string, algorithm: number): NoteVerifier {
  refuseLarger(vkey, 'the vkey', verificationLimits.vkeyCharacters)
  const verifier = parseVkey(vkey)
  if (verifier.algorithm === algorithm) return verifier
  throw new RecordError('bad_key', `the vkey of ${verifier.name} is not of type ${algorithm}`)
}

import { encodeBase64 } from './base64.ts'
import { equalBytes } from './bytes.ts'
import { parseBundle } from './bundle.ts'
import type { ParsedBundle } from './bundle.ts'
import { verifyCheckpoint } from './checkpoint.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { verifyCosignatures } from './cosignature.ts'
import { importPublicKey, sha256 } from './crypto.ts'
import type { PublicKey } from './crypto.ts'
import { verifyEnvelope } from './dsse.ts'
import { entryFromEnvelope } from './entry.ts'
import { encodeHex } from './hex.ts'
import { hashLeaf, verifyConsistency, verifyInclusion } from './merkle.ts'
import { RecordError } from './record-error.ts'
import { checkCommitment } from './sections.ts'
import type { NoteVerifier } from './signed-note.ts'
import { decodeStatement, statementPayloadType } from './statement.ts'
import type { Statement } from './statement.ts'
import type { Trust } from './trust.ts'
import { verdictExitCodes, type Verdict } from './verdict.ts'

/** Steps of a verification, in order. */
export type VerificationStep =
  | 'format'
  | 'signature'
  | 'statement'
  | 'entry'
  | 'checkpoint'
  | 'key_hints'
  | 'inclusion'
  | 'consistency'
  | 'witnesses'
  | 'disclosures'

/** The result of one step, with a sentence for people. */
export interface StepResult {
  readonly step: VerificationStep
  readonly outcome: 'passed' | 'failed'
  readonly detail: string
}

/** The verdict, and the story of how it was reached: the steps done, the last of which failed unless all passed. */
export interface VerificationReport {
  readonly verdict: Verdict
  readonly exitCode: number
  readonly steps: readonly StepResult[]
  /** The record's statement; present once its signature has been verified. */
  readonly statement: Statement | null
  /** Size of the verified log and index of the record in it; present once inclusion has been verified. */
  readonly position: { readonly origin: string; readonly index: bigint; readonly size: bigint } | null
}

// Ends the story at its first failure.
class VerdictReached extends Error {
  readonly verdict: Verdict

  constructor(verdict: Verdict) {
    super(verdict)
    this.verdict = verdict
  }
}

/**
 * Verifies an export bundle against what the auditor has pinned. Never throws for a bad bundle: the verdict says what is wrong.
 * @example verifyBundle(readFileSync('record.json'), createTrust({ recordKeys: [pem], logVkeys: [vkey] })).verdict
 */
export function verifyBundle(bytes: Uint8Array, trust: Trust): VerificationReport {
  const steps: StepResult[] = []
  let statement: Statement | null = null
  let position: VerificationReport['position'] = null
  const step = createNarrator(steps)
  try {
    const bundle = step('format', 'malformed', () => readStrictly(bytes))
    const payload = step('signature', 'invalid_signature', () => checkSignature(bundle, trust))
    statement = step('statement', 'malformed', () => readStatement(bundle, payload))
    step('entry', 'invalid_inclusion', () => checkEntryIsOfEnvelope(bundle))
    const signers = step('checkpoint', 'invalid_signature', () => checkCheckpoint(bundle.checkpoint, trust))
    step('key_hints', 'malformed', () => checkKeyHints(bundle, signers))
    position = step('inclusion', 'invalid_inclusion', () => checkInclusion(bundle))
    step('consistency', 'inconsistent', () => checkConsistency(bundle, trust))
    step('witnesses', 'unwitnessed', () => checkWitnesses(bundle.checkpoint, trust))
    step('disclosures', 'payload_mismatch', () => checkDisclosures(bundle, statement))
    return report('valid')
  } catch (error) {
    if (error instanceof VerdictReached) return report(error.verdict)
    throw error
  }

  function report(verdict: Verdict): VerificationReport {
    return { verdict, exitCode: verdictExitCodes[verdict], steps, statement, position }
  }
}

interface Finding<Result> {
  readonly detail: string
  readonly result: Result
}

type Narrator = <Result>(step: VerificationStep, verdictIfFailed: Verdict, check: () => Finding<Result>) => Result

function createNarrator(steps: StepResult[]): Narrator {
  return (step, verdictIfFailed, check) => {
    try {
      const { detail, result } = check()
      steps.push({ step, outcome: 'passed', detail })
      return result
    } catch (error) {
      if (!(error instanceof RecordError) && !(error instanceof SectionErased)) throw error
      steps.push({ step, outcome: 'failed', detail: error.message })
      throw new VerdictReached(verdictOf(error, verdictIfFailed))
    }
  }
}

// Not a fault of the record: the bundle says that the section was destroyed. What is left proves that it existed, not that it is gone.
class SectionErased extends Error {}

function verdictOf(error: RecordError | SectionErased, verdictIfFailed: Verdict): Verdict {
  if (error instanceof SectionErased) return 'payload_erased'
  return error.code === 'unknown_key' ? 'unknown_key' : verdictIfFailed
}

// The file is exactly a bundle: canonical JSON and Base64, no field missing or unknown.
function readStrictly(bytes: Uint8Array): Finding<ParsedBundle> {
  const bundle = parseBundle(bytes)
  return { detail: `a ${bundle.entryFields.kind} bundle of ${bytes.length} bytes`, result: bundle }
}

// A pinned record key signed the envelope.
function checkSignature({ dsseEnvelope, keyHints }: ParsedBundle, trust: Trust): Finding<Uint8Array> {
  const payload = verifyEnvelope(dsseEnvelope, [...trust.recordKeys, ...hintedKeys(keyHints.recordKey, trust)])
  const keyids = dsseEnvelope.signatures.map(({ keyid }) => keyid)
  return { detail: `signed by record key ${keyids.join(', ')}`, result: payload }
}

// A key pinned by its id alone is taken from the bundle's hint.
function hintedKeys(spki: Uint8Array, { recordKeyids }: Trust): readonly PublicKey[] {
  if (recordKeyids.length === 0) return []
  const key = importPublicKey(spki)
  return recordKeyids.includes(key.keyid) ? [key] : []
}

// The signed payload is a statement of a form that this verifier knows.
function readStatement({ dsseEnvelope, entryFields }: ParsedBundle, payload: Uint8Array): Finding<Statement> {
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

// The entry of the log is the entry of this envelope.
function checkEntryIsOfEnvelope({ dsseEnvelope, entryFields }: ParsedBundle): Finding<void> {
  const expected = entryFromEnvelope(entryFields.kind, dsseEnvelope)
  const same = (['paeSha256', 'keyid', 'sig'] as const).every((field) => expected[field] === entryFields[field])
  if (!same) throw new RecordError('bad_proof', 'the entry of the log is about another envelope')
  return { detail: `the entry names this envelope by ${expected.paeSha256}`, result: undefined }
}

// A pinned log key signed the checkpoint.
function checkCheckpoint(checkpoint: SignedCheckpoint, { logs }: Trust): Finding<readonly NoteVerifier[]> {
  const signers = verifyCheckpoint(checkpoint, logs)
  return { detail: `${checkpoint.origin} signed its checkpoint of size ${checkpoint.size}`, result: signers }
}

// Hints must at least be true: they name the keys that did sign.
function checkKeyHints({ keyHints, entryFields }: ParsedBundle, signers: readonly NoteVerifier[]): Finding<void> {
  const isTrue =
    encodeHex(sha256(keyHints.recordKey)) === entryFields.keyid && signers.some(({ vkey }) => vkey === keyHints.logVkey)
  if (!isTrue) throw new RecordError('bad_key', 'the key hints name other keys than those that signed')
  return { detail: 'the key hints name the keys that signed', result: undefined }
}

// The entry is in the tree of the checkpoint; size and root are the checkpoint's.
function checkInclusion({ entry, proof, checkpoint }: ParsedBundle): Finding<VerificationReport['position']> {
  const { origin, size, root } = checkpoint
  const { index, hashes } = proof
  const included = verifyInclusion({ index, size, root, leafHash: hashLeaf(entry), proof: hashes })
  if (!included) throw new RecordError('bad_proof', `the entry is not at index ${index} of the log`)
  return {
    detail: `the entry is at index ${index} of ${size}, root ${encodeBase64(root)}`,
    result: { origin, index, size },
  }
}

// The log continues the checkpoint that the bundle names, and the one that the auditor kept.
function checkConsistency(bundle: ParsedBundle, trust: Trust): Finding<void> {
  const { checkpoint, earlierCheckpoint, consistencyProof } = bundle
  if (earlierCheckpoint !== null) {
    verifyCheckpoint(earlierCheckpoint, trust.logs)
    requireContinuation(earlierCheckpoint, checkpoint, consistencyProof?.hashes ?? [])
  }
  const kept = trust.earlierCheckpoint
  if (kept === null) return { detail: 'no checkpoint was kept from before to compare with', result: undefined }
  const known = [checkpoint, ...(earlierCheckpoint === null ? [] : [earlierCheckpoint])]
  if (!known.some((candidate) => isSameTree(candidate, kept))) {
    throw new RecordError('bad_proof', `nothing shows that the log continues the kept checkpoint of size ${kept.size}`)
  }
  return { detail: `the log continues the kept checkpoint of size ${kept.size}`, result: undefined }
}

function requireContinuation(earlier: SignedCheckpoint, later: SignedCheckpoint, proof: readonly Uint8Array[]): void {
  const claim = { size1: earlier.size, size2: later.size, root1: earlier.root, root2: later.root, proof }
  if (earlier.origin === later.origin && verifyConsistency(claim)) return
  throw new RecordError('bad_proof', `the log does not continue its checkpoint of size ${earlier.size}`)
}

function isSameTree(left: SignedCheckpoint, right: SignedCheckpoint): boolean {
  return left.origin === right.origin && left.size === right.size && equalBytes(left.root, right.root)
}

// Enough of the auditor's witnesses saw the same checkpoint.
function checkWitnesses({ note }: SignedCheckpoint, { witnessPolicy }: Trust): Finding<void> {
  if (witnessPolicy === null) return { detail: 'no witness is asked for', result: undefined }
  const names = verifyCosignatures(note, witnessPolicy.witnesses).map(({ witness }) => witness)
  if (names.length < witnessPolicy.quorum) {
    throw new RecordError('bad_proof', `${names.length} of ${witnessPolicy.quorum} witnesses cosigned the checkpoint`)
  }
  return { detail: `cosigned by ${names.join(', ')}`, result: undefined }
}

// What is disclosed is what was committed to.
function checkDisclosures({ disclosures }: ParsedBundle, statement: Statement | null): Finding<void> {
  const sections = statement?.sections ?? []
  for (const disclosure of disclosures) {
    const section = sections.find(({ name }) => name === disclosure.section)
    if (section === undefined) {
      throw new RecordError('commitment_mismatch', `the record has no section "${disclosure.section}"`)
    }
    if (!('erased' in disclosure)) checkCommitment(section, disclosure.salt, disclosure.bytes)
  }
  const erased = disclosures.filter((disclosure) => 'erased' in disclosure).map(({ section }) => section)
  const disclosed = disclosures.map(({ section }) => section).filter((section) => !erased.includes(section))
  const withheld = sections.map(({ name }) => name).filter((name) => ![...disclosed, ...erased].includes(name))
  const shown = `disclosed: ${listOf(disclosed)}; withheld: ${listOf(withheld)}`
  if (erased.length === 0) return { detail: shown, result: undefined }
  const claim = `said to be erased: ${listOf(erased)}; nothing proves it yet, all other proofs hold`
  throw new SectionErased(`${claim}; ${shown}`)
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

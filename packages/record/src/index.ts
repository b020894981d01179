/** The format of AfterAI's decision records, and all that is needed to write, prove and verify them. Pure: no I/O. */
export { decodeBase64, encodeBase64 } from './base64.ts'
export { bigEndian, concatBytes, equalBytes, textOf, utf8 } from './bytes.ts'
export {
  type Bundle,
  bundleFormat,
  type ConsistencyProof,
  type Disclosure,
  encodeBundle,
  type KeyHints,
  parseBundle,
  type ParsedBundle,
} from './bundle.ts'
export { canonicalBytes, canonicalJson, type JsonValue, parseCanonical } from './canonical-json.ts'
export {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type SignedCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts'
export { type Cosignature, cosignedAt, createCosigner, verifyCosignatures } from './cosignature.ts'
export {
  equalSecrets,
  hmacSha256,
  importEd25519,
  importPublicKey,
  importPublicKeys,
  type KeyAlgorithm,
  openAesGcm,
  type PrivateKey,
  type PublicKey,
  publicKeyOf,
  randomBytes,
  rawEd25519,
  sealAesGcm,
  sha256,
  signWith,
  verifySignature,
} from './crypto.ts'
export { digestOf } from './digest.ts'
export {
  type Envelope,
  type EnvelopeSignature,
  maxSignedBytes,
  preAuthEncoding,
  readEnvelope,
  signEnvelope,
  type Signer,
  verifyEnvelope,
} from './dsse.ts'
export {
  decodeGateSummary,
  encodeGateSummary,
  gateSummaryPredicateType,
  type GateSummaryFacts,
  type GateSummaryReport,
  type GateSummaryVerdict,
  type GateUse,
  verifyGateSummary,
} from './gate-summary.ts'
export { decodeEntry, encodeEntry, type Entry, entryFromEnvelope, type EntryKind } from './entry.ts'
export { decodeHex, encodeHex } from './hex.ts'
export { refuseLarger, verificationLimits } from './limits.ts'
export {
  appendLeaf,
  type ConsistencyClaim,
  consistencyNodes,
  emptyFrontier,
  type Frontier,
  frontierAt,
  frontierNodes,
  hashChildren,
  hashLeaf,
  type HashReader,
  type InclusionClaim,
  inclusionNodes,
  type NodeCoordinate,
  proveConsistency,
  proveInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
export { encodePem } from './pem.ts'
export { followNumbers, type NumberRange, type ProducerNumbers, type SeenNumbers } from './producer-numbers.ts'
export { RecordError, type RecordErrorCode } from './record-error.ts'
export {
  checkCommitment,
  openSection,
  type SealedSection,
  sealSection,
  type SectionCommitment,
  type SectionName,
  sectionNames,
} from './sections.ts'
export {
  createNoteSigner,
  createNoteVerifier,
  type Note,
  noteAlgorithms,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  parseNote,
  parseVkey,
  signNote,
  verifyNote,
} from './signed-note.ts'
export {
  type Actor,
  type AuditFacts,
  auditPredicateType,
  decodeStatement,
  encodeStatement,
  type PacrFacts,
  pacrPredicateType,
  type Producer,
  type Statement,
  statementPayloadType,
} from './statement.ts'
export {
  decodeEntries,
  encodeEntries,
  entriesPath,
  hashInTile,
  maxEntryBytes,
  parseTilePath,
  type TileCoordinate,
  tileOfNode,
  tilePath,
  type TileSlice,
  tileWidth,
  tileWidthAt,
} from './tiles.ts'
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts'
export { createTrust, type Trust, type TrustInput, type WitnessPolicy } from './trust.ts'
export { type Verdict, verdictExitCodes } from './verdict.ts'
export {
  type Comparison,
  type PathNode,
  type StepOutcome,
  type StepResult,
  type TreePath,
  type VerificationStep,
} from './verification-steps.ts'
export { type VerificationReport, verifyBundle } from './verify.ts'

import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import type { PublicKey } from './crypto.ts'
import { type Envelope, readEnvelope, verifyEnvelope } from './dsse.ts'
import { arrayField, digestField, exactFields, textField, wordField } from './fields.ts'
import { RecordError } from './record-error.ts'
import { statementPayloadType } from './statement.ts'

/** Predicate of a summary: SLSA's verification summary, version 1. Source: slsa.dev/spec/v1.0/verification_summary. */
export const gateSummaryPredicateType = 'https://slsa.dev/verification_summary/v1'

const statementType = 'https://in-toto.io/Statement/v1'
/** The field that extends the predicate, as its specification lets producers do. */
const extension = 'urn:afterai:gate:v1'
const level = 'AFTERAI_GATE_OPEN'
const answers = ['covered', 'accepted_baseline', 'exempt', 'standard', 'emergency'] as const
const opaqueId = /^[A-Za-z0-9_-]{1,64}$/
const plainName = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** An open gate, as its summary says it. Digests are hex SHA-256, instants UTC with milliseconds. */
export interface GateSummaryFacts {
  /** The origin of the tenant's log. */
  readonly origin: string
  readonly system: string
  readonly environment: string
  /** The fingerprint of the configuration that may be deployed. */
  readonly fingerprint: string
  readonly answer: (typeof answers)[number]
  /** The record that covers it; null where none has to. */
  readonly recordId: string | null
  readonly policyDigest: string
  readonly issuedAt: string
  readonly validUntil: string
}

/** Canonical bytes of the in-toto statement that says so. @throws RecordError for a fact that isn't exactly as it must be */
export function encodeGateSummary(facts: GateSummaryFacts): Uint8Array {
  const payload = canonicalBytes({
    _type: statementType,
    predicateType: gateSummaryPredicateType,
    subject: [{ name: subjectOf(facts), digest: { sha256: facts.fingerprint } }],
    predicate: {
      verifier: { id: `urn:afterai:log:${facts.origin}` },
      timeVerified: facts.issuedAt,
      resourceUri: subjectOf(facts),
      policy: { uri: 'urn:afterai:policy', digest: { sha256: facts.policyDigest } },
      verificationResult: 'PASSED',
      verifiedLevels: [level],
      [extension]: {
        system: facts.system,
        environment: facts.environment,
        answer: facts.answer,
        recordId: facts.recordId,
        validUntil: facts.validUntil,
      },
    },
  })
  // What this package writes, it must be able to read.
  decodeGateSummary(payload)
  return payload
}

function subjectOf({ system, environment }: Pick<GateSummaryFacts, 'system' | 'environment'>): string {
  return `urn:afterai:configuration:${system}:${environment}`
}

/** Reads the canonical bytes of a summary. @throws RecordError for any field that isn't exactly as it must be */
export function decodeGateSummary(payload: Uint8Array): GateSummaryFacts {
  const fields = exactFields(parseCanonical(payload), 'statement', ['_type', 'predicateType', 'subject', 'predicate'])
  wordField(fields._type, '_type', [statementType])
  wordField(fields.predicateType, 'predicateType', [gateSummaryPredicateType])
  const predicate = exactFields(fields.predicate, 'predicate', [
    'verifier',
    'timeVerified',
    'resourceUri',
    'policy',
    'verificationResult',
    'verifiedLevels',
    extension,
  ])
  wordField(predicate.verificationResult, 'verificationResult', ['PASSED'])
  const [only, ...levels] = arrayField(predicate.verifiedLevels, 'verifiedLevels')
  wordField(only, 'verifiedLevels', [level])
  if (levels.length > 0) throw new RecordError('bad_field', 'a summary has one level')
  const { id } = exactFields(predicate.verifier, 'verifier', ['id'])
  const policy = exactFields(predicate.policy, 'policy', ['uri', 'digest'])
  wordField(policy.uri, 'policy.uri', ['urn:afterai:policy'])
  const own = exactFields(predicate[extension], extension, [
    'system',
    'environment',
    'answer',
    'recordId',
    'validUntil',
  ])
  const place = {
    system: textField(own.system, 'system', plainName),
    environment: textField(own.environment, 'environment', plainName),
  }
  wordField(predicate.resourceUri, 'resourceUri', [subjectOf(place)])
  return {
    ...place,
    origin: originIn(id),
    fingerprint: fingerprintIn(fields.subject, subjectOf(place)),
    answer: wordField(own.answer, 'answer', answers),
    recordId: own.recordId === null ? null : textField(own.recordId, 'recordId', opaqueId),
    policyDigest: sha256In(policy.digest, 'policy.digest'),
    issuedAt: textField(predicate.timeVerified, 'timeVerified', instant),
    validUntil: textField(own.validUntil, 'validUntil', instant),
  }
}

function originIn(id: unknown): string {
  const text = textField(id, 'verifier.id', /^urn:afterai:log:[!-~]{1,256}$/)
  return text.slice('urn:afterai:log:'.length)
}

function fingerprintIn(subject: unknown, expected: string): string {
  const [only, ...others] = arrayField(subject, 'subject')
  if (others.length > 0) throw new RecordError('bad_field', 'a summary is of one configuration')
  const { name, digest } = exactFields(only, 'subject', ['name', 'digest'])
  wordField(name, 'subject.name', [expected])
  return sha256In(digest, 'subject.digest')
}

function sha256In(digest: unknown, where: string): string {
  return digestField(exactFields(digest, where, ['sha256']).sha256, `${where}.sha256`)
}

/** What is to be deployed, where and when. */
export interface GateUse {
  readonly system: string
  readonly environment: string
  readonly fingerprint: string
  readonly at: Date
}

/** The one answer to "does this summary let it pass?". */
export type GateSummaryVerdict =
  | 'open'
  | 'malformed'
  | 'unknown_key'
  | 'invalid_signature'
  | 'foreign'
  | 'not_yet_valid'
  | 'expired'

/** A verdict with a sentence for people; the facts, once their signature was verified. */
export interface GateSummaryReport {
  readonly verdict: GateSummaryVerdict
  readonly detail: string
  readonly facts: GateSummaryFacts | null
}

/** A clock that is this much behind the server's doesn't matter. */
const clockToleranceMs = 5 * 60_000

/** Verifies a summary against the keys that were pinned. Never throws for a bad summary: the verdict says what is wrong. */
export function verifyGateSummary(summary: unknown, keys: readonly PublicKey[], use: GateUse): GateSummaryReport {
  try {
    const facts = decodeGateSummary(verifyEnvelope(readSummary(summary), keys))
    return { ...judge(facts, use), facts }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    return { verdict: verdictOf(error), detail: error.message, facts: null }
  }
}

function readSummary(summary: unknown): Envelope {
  const envelope = readEnvelope(summary)
  wordField(envelope.payloadType, 'payloadType', [statementPayloadType])
  return envelope
}

function verdictOf({ code }: RecordError): GateSummaryVerdict {
  if (code === 'unknown_key') return 'unknown_key'
  return code === 'bad_signature' ? 'invalid_signature' : 'malformed'
}

function judge(facts: GateSummaryFacts, use: GateUse): Pick<GateSummaryReport, 'verdict' | 'detail'> {
  const { system, environment, fingerprint, validUntil, issuedAt } = facts
  if (system !== use.system || environment !== use.environment) {
    return { verdict: 'foreign', detail: `it is for ${system} in ${environment}` }
  }
  if (fingerprint !== use.fingerprint) return { verdict: 'foreign', detail: 'it is for another configuration' }
  if (Date.parse(issuedAt) > use.at.getTime() + clockToleranceMs) {
    return { verdict: 'not_yet_valid', detail: `it was issued at ${issuedAt}, which lies ahead of this clock` }
  }
  if (use.at.getTime() >= Date.parse(validUntil)) return { verdict: 'expired', detail: `it held until ${validUntil}` }
  return { verdict: 'open', detail: `it holds until ${validUntil}` }
}

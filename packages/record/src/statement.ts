import { canonicalBytes, parseCanonical } from './canonical-json.ts'
import { maxSignedBytes, preAuthEncoding } from './dsse.ts'
import { arrayField, countField, digestField, exactFields, textField, wordField } from './fields.ts'
import { RecordError } from './record-error.ts'
import { sectionNames } from './sections.ts'
import type { SectionCommitment } from './sections.ts'

/** DSSE payload type of in-toto statements. */
export const statementPayloadType = 'application/vnd.in-toto+json'
/** Predicate of a Production AI Change Record. */
export const pacrPredicateType = 'urn:afterai:pacr:v1'
/** Predicate of an audit event. */
export const auditPredicateType = 'urn:afterai:audit:v1'

const statementType = 'https://in-toto.io/Statement/v1'
const opaqueId = /^[A-Za-z0-9_-]{1,64}$/
const actionName = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const decisions = ['act', 'not_act'] as const
const decisionDetails = ['approve', 'approve_with_conditions', 'reject', 'defer', 'rollback', 'accept_risk'] as const
const riskLevels = ['low', 'medium', 'high', 'critical', 'unknown'] as const
const actorRoles = ['requester', 'approver', 'decider'] as const
const outcomes = ['success', 'denied', 'failure'] as const

/** Who wrote a statement, and which of its statements this is: a gap in the numbers shows a dropped one. */
export interface Producer {
  readonly id: string
  readonly sequence: number
}

/** Someone who took part, by an id that says nothing about them; names live in the section `identities`. */
export interface Actor {
  readonly id: string
  readonly role: (typeof actorRoles)[number]
}

/** The public facts of a decision record. Ids are opaque, times are UTC with milliseconds, digests are hex SHA-256. */
export interface PacrFacts {
  readonly recordId: string
  readonly tenantId: string
  readonly aceId: string
  readonly auraId: string | null
  readonly decision: (typeof decisions)[number]
  readonly decisionDetail: (typeof decisionDetails)[number]
  readonly riskLevel: (typeof riskLevels)[number]
  readonly actors: readonly Actor[]
  readonly decidedAt: string
  readonly sealedAt: string
  readonly policyDigest: string
  /** PAE digest of the revision that this one corrects. */
  readonly supersedes: string | null
  readonly producer: Producer
}

/** The public facts of an audit event. */
export interface AuditFacts {
  readonly eventId: string
  readonly tenantId: string
  readonly action: string
  readonly outcome: (typeof outcomes)[number]
  readonly at: string
  readonly actorId: string
  readonly producer: Producer
}

/** A statement as its verifier sees it. */
export type Statement =
  | { readonly kind: 'pacr'; readonly facts: PacrFacts; readonly sections: readonly SectionCommitment[] }
  | { readonly kind: 'audit'; readonly facts: AuditFacts; readonly sections: readonly SectionCommitment[] }

/**
 * Canonical bytes of an in-toto Statement v1 about the sections.
 * @throws RecordError `too_large` when its PAE passes 4,095 bytes, `bad_field` when a fact isn't opaque or well formed
 */
export function encodeStatement({ kind, facts, sections }: Statement): Uint8Array {
  const payload = canonicalBytes({
    _type: statementType,
    predicateType: predicateTypes[kind],
    subject: sections.map(({ name, ciphertextSha256 }) => ({ name, digest: { sha256: ciphertextSha256 } })),
    predicate: {
      ...facts,
      commitments: Object.fromEntries(sections.map(({ name, commitment }) => [name, commitment])),
    },
  })
  const signedBytes = preAuthEncoding(statementPayloadType, payload).length
  if (signedBytes > maxSignedBytes) {
    throw new RecordError(
      'too_large',
      `the statement takes ${signedBytes} bytes to sign; ${maxSignedBytes} are allowed`,
    )
  }
  // What this package writes, it must be able to read: the rules for facts are stated once, in the reader.
  decodeStatement(payload)
  return payload
}

/** Reads the canonical bytes of a statement. @throws RecordError for any field that isn't exactly as it must be */
export function decodeStatement(payload: Uint8Array): Statement {
  const fields = exactFields(parseCanonical(payload), 'statement', ['_type', 'predicateType', 'subject', 'predicate'])
  wordField(fields._type, '_type', [statementType])
  const type = wordField(fields.predicateType, 'predicateType', [pacrPredicateType, auditPredicateType])
  if (type === pacrPredicateType) {
    const { commitments, ...facts } = exactFields(fields.predicate, 'predicate', [...pacrFields, 'commitments'])
    return { kind: 'pacr', facts: readPacr(facts), sections: readSections(fields.subject, commitments) }
  }
  const { commitments, ...facts } = exactFields(fields.predicate, 'predicate', [...auditFields, 'commitments'])
  return { kind: 'audit', facts: readAudit(facts), sections: readSections(fields.subject, commitments) }
}

const predicateTypes: Readonly<Record<Statement['kind'], string>> = {
  pacr: pacrPredicateType,
  audit: auditPredicateType,
}
const pacrFields = [
  'recordId',
  'tenantId',
  'aceId',
  'auraId',
  'decision',
  'decisionDetail',
  'riskLevel',
  'actors',
  'decidedAt',
  'sealedAt',
  'policyDigest',
  'supersedes',
  'producer',
] as const satisfies readonly (keyof PacrFacts)[]
const auditFields = [
  'eventId',
  'tenantId',
  'action',
  'outcome',
  'at',
  'actorId',
  'producer',
] as const satisfies readonly (keyof AuditFacts)[]

function readPacr(fields: Readonly<Record<keyof PacrFacts, unknown>>): PacrFacts {
  return {
    recordId: idField(fields.recordId, 'recordId'),
    tenantId: idField(fields.tenantId, 'tenantId'),
    aceId: idField(fields.aceId, 'aceId'),
    auraId: fields.auraId === null ? null : idField(fields.auraId, 'auraId'),
    decision: wordField(fields.decision, 'decision', decisions),
    decisionDetail: wordField(fields.decisionDetail, 'decisionDetail', decisionDetails),
    riskLevel: wordField(fields.riskLevel, 'riskLevel', riskLevels),
    actors: arrayField(fields.actors, 'actors').map(readActor),
    decidedAt: instantField(fields.decidedAt, 'decidedAt'),
    sealedAt: instantField(fields.sealedAt, 'sealedAt'),
    policyDigest: digestField(fields.policyDigest, 'policyDigest'),
    supersedes: fields.supersedes === null ? null : digestField(fields.supersedes, 'supersedes'),
    producer: readProducer(fields.producer),
  }
}

function readAudit(fields: Readonly<Record<keyof AuditFacts, unknown>>): AuditFacts {
  return {
    eventId: idField(fields.eventId, 'eventId'),
    tenantId: idField(fields.tenantId, 'tenantId'),
    action: textField(fields.action, 'action', actionName),
    outcome: wordField(fields.outcome, 'outcome', outcomes),
    at: instantField(fields.at, 'at'),
    actorId: idField(fields.actorId, 'actorId'),
    producer: readProducer(fields.producer),
  }
}

function readActor(value: unknown): Actor {
  const { id, role } = exactFields(value, 'actor', ['id', 'role'])
  return { id: idField(id, 'actor.id'), role: wordField(role, 'actor.role', actorRoles) }
}

function readProducer(value: unknown): Producer {
  const { id, sequence } = exactFields(value, 'producer', ['id', 'sequence'])
  return { id: idField(id, 'producer.id'), sequence: countField(sequence, 'producer.sequence') }
}

// Subjects and commitments name the same sections, each once.
function readSections(subject: unknown, commitments: unknown): readonly SectionCommitment[] {
  const subjects = arrayField(subject, 'subject').map(readSubject)
  const names = subjects.map(({ name }) => name)
  if (names.length === 0) throw new RecordError('bad_field', 'subject must name a section')
  const committed = exactFields(commitments, 'commitments', names)
  if (Object.keys(committed).length !== names.length)
    throw new RecordError('bad_field', 'subject names a section twice')
  return subjects.map(({ name, ciphertextSha256 }) => ({
    name,
    commitment: digestField(committed[name], `commitments.${name}`),
    ciphertextSha256,
  }))
}

function readSubject(value: unknown): Omit<SectionCommitment, 'commitment'> {
  const { name, digest } = exactFields(value, 'subject', ['name', 'digest'])
  const { sha256 } = exactFields(digest, 'digest', ['sha256'])
  return {
    name: wordField(name, 'subject.name', sectionNames),
    ciphertextSha256: digestField(sha256, 'subject.digest.sha256'),
  }
}

function idField(value: unknown, where: string): string {
  return textField(value, where, opaqueId)
}

function instantField(value: unknown, where: string): string {
  return textField(value, where, instant)
}

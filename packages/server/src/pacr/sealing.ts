import { type ChangeFacts, type Decision, ProblemError } from '@afterai/contract'
import { BANDS, type Band } from '@afterai/evidence'
import {
  type Actor,
  canonicalBytes,
  digestOf,
  entryFromEnvelope,
  type JsonValue,
  type PacrFacts,
  parseCanonical,
  readEnvelope,
  type SealedSection,
  type SectionName,
  sealSection,
} from '@afterai/record'
import { attemptsNow, readEvaluations } from '../aura/index.ts'
import type { Audit } from '../audit/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Append } from '../ledger/index.ts'
import type { Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { SealRecord } from './decision-service.ts'
import type { Dossier } from './dossier.ts'
import type { SealedIdentity } from './sealed-identities.ts'

/** Dependencies of sealing a record. */
export interface SealingDependencies {
  readonly audit: Audit
  readonly append: Append
  readonly keys: TenantKeys
}

/**
 * Makes the record (PACR) of an approved decision: five sealed sections, one signed statement that commits to them,
 * one entry in the tenant's log. Nothing of it can be altered afterwards; a correction is a record that supersedes this one.
 */
export function createSealRecord(deps: SealingDependencies): SealRecord {
  return async (tx, { principal, actor }, dossier) => {
    const { tenantId } = principal
    const recordId = newId()
    const sealedAt = new Date()
    const sections = Object.entries(await contentsOf(tx, tenantId, dossier)).map(([name, content]) =>
      sealSection(name as SectionName, plain(content)),
    )
    const facts = await factsOf(tx, { tenantId, recordId, sealedAt, dossier })
    const wrap = await deps.keys.wrapper(tx, tenantId)
    const statement = {
      kind: 'pacr' as const,
      facts,
      sections: sections.map(({ name, commitment, ciphertextSha256 }) => ({ name, commitment, ciphertextSha256 })),
    }
    const { decision, change } = dossier
    await deps.append(tx, tenantId, [{ entryId: recordId, statement }], ([envelope = missing()]) => [
      tx
        .insertInto('record')
        .values({
          tenant_id: tenantId,
          id: recordId,
          change_id: change.id,
          decision_id: decision.id,
          verdict: worstVerdict(dossier),
          risk_level: change.risk?.severity ?? null,
          envelope: canonicalBytes(envelope),
          supersedes: decision.supersedes,
          sealed_at: sealedAt,
        })
        .compile(),
      tx
        .insertInto('record_section')
        .values(sections.map((section) => sectionRow({ tenantId, recordId, section, wrap })))
        .compile(),
    ])
    await deps.audit(tx, actor, {
      action: 'record.seal',
      resource: `record/${recordId}`,
      details: { decisionId: decision.id },
      changeId: change.id,
    })
    return recordId
  }
}

async function factsOf(
  tx: Transaction,
  { tenantId, recordId, sealedAt, dossier }: { tenantId: string; recordId: string; sealedAt: Date; dossier: Dossier },
): Promise<Omit<PacrFacts, 'producer'>> {
  const { decision, change, assessments } = dossier
  // Those that were given on other evidence count for nothing, and are in the section of the rationale alone.
  const approvals = decision.approvals.filter(
    (it) => it.verdict === 'approve' && it.evidenceDigest === decision.evidenceDigest,
  )
  const actors: Actor[] = [
    { id: change.authorId, role: 'requester' },
    { id: decision.authorId, role: 'decider' },
    ...approvals.map(({ approverId }): Actor => ({ id: approverId, role: 'approver' })),
  ]
  return {
    recordId,
    tenantId,
    aceId: change.id,
    auraId: assessments.find(({ id }) => decision.assessmentIds.includes(id))?.id ?? null,
    decision: decision.decision,
    decisionDetail: decision.decisionDetail,
    riskLevel: change.risk?.severity ?? 'unknown',
    actors,
    decidedAt: approvals.at(-1)?.at ?? sealedAt.toISOString(),
    sealedAt: sealedAt.toISOString(),
    policyDigest: digestOf(decision.approvalPolicy).replace('sha256:', ''),
    supersedes: await supersededDigest(tx, tenantId, decision.supersedes),
  }
}

async function supersededDigest(tx: Transaction, tenantId: string, recordId: string | null): Promise<string | null> {
  if (recordId === null) return null
  const row = await tx
    .selectFrom('record')
    .select('envelope')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', recordId)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'the superseded record is gone' })
  return entryFromEnvelope('pacr', readEnvelope(parseCanonical(row.envelope))).paeSha256
}

/** Who asked for the change, decided and approved, by id, as they were named when they did. */
function identitiesOf({ decision, change, changeAuthor: { name, email }, card, determinations }: Dossier) {
  const said = determinations.items.flatMap(({ determinedBy: id, determinedByName: it }) =>
    it === null ? [] : [[id, identityOf(it, null)] as const],
  )
  return {
    // Those of whom no address is sealed; who did something besides has it from that.
    ...(card?.owner == null ? {} : { [card.owner.accountId]: identityOf(card.owner.name, null) }),
    ...Object.fromEntries(said),
    ...Object.fromEntries(
      decision.approvals.flatMap(({ onBehalfOf: id, onBehalfOfName: it }) =>
        id === undefined || it === undefined ? [] : [[id, identityOf(it, null)] as const],
      ),
    ),
    ...(name === null ? {} : { [change.authorId]: identityOf(name, email) }),
    [decision.authorId]: identityOf(decision.authorName, decision.authorEmail),
    ...Object.fromEntries(
      decision.approvals.map((it) => [it.approverId, identityOf(it.approverName, it.approverEmail)]),
    ),
  }
}

function identityOf(name: string, email: string | null): SealedIdentity {
  return email === null ? { name } : { name, email }
}

/** The content of a record, section by section. */
async function contentsOf(tx: Transaction, tenantId: string, dossier: Dossier) {
  const { decision, change, assessments, proposal } = dossier
  const evaluationIds = new Set(assessments.flatMap((it) => [it.baselineEvaluationId, it.candidateEvaluationId]))
  const evaluations = await readEvaluations(tx, tenantId, [...evaluationIds])
  const { approvals, authorName: _name, authorEmail: _email, ...rationale } = decision
  return {
    before: { fingerprint: change.fingerprints.before, configuration: change.before },
    after: { fingerprint: change.fingerprints.after, configuration: change.after },
    evidence: {
      system: systemOf(dossier),
      change: { ...subjectOf(change), ...determinationOf(dossier) },
      assessments: assessments.map((it) => ({ ...it, cited: decision.assessmentIds.includes(it.id) })),
      evaluations,
      ...(await plansOf(tx, tenantId, dossier)),
    },
    // The proposal as it was written is part of what the approvers' digest covers: with it a reader can compute that again.
    rationale: { ...rationale, proposal, approvals: approvals.map(withoutIdentity) },
    identities: identitiesOf(dossier),
  } satisfies Partial<Record<SectionName, unknown>>
}

/** Every plan, and every attempt as of now: also those that came after the last assessment. A change without plans has neither. */
async function plansOf(tx: Transaction, tenantId: string, { change, plans }: Dossier) {
  if (plans.length === 0) return {}
  const { id: changeId, systemId } = change
  return { plans, attempts: await attemptsNow(tx, tenantId, { changeId, systemId, plans }) }
}

// Names and addresses are in a section of their own, which can be withheld or erased (ADR 0026).
function withoutIdentity({
  approverName: _name,
  approverEmail: _email,
  onBehalfOfName: _named,
  ...approval
}: Decision['approvals'][number]) {
  return approval
}

/** Which system it is, and what people said of it by then. */
function systemOf({ change, card: cited }: Dossier) {
  if (cited === null) return { id: change.systemId, name: change.system, card: null }
  const { owner: _named, card, ...version } = cited
  return { id: change.systemId, name: change.system, card: { ...version, ...card } }
}

/** What people said of the change in the words of regulators by then: not legal advice. */
function determinationOf({ determinations: { determination, items } }: Dossier) {
  return { determination, determinations: items.map(({ determinedByName: _name, changeId: _id, ...said }) => said) }
}

function subjectOf(change: ChangeFacts): Omit<ChangeFacts, 'before' | 'after'> {
  const { before: _before, after: _after, ...subject } = change
  return subject
}

function missing(): never {
  throw new Error('a statement was not signed')
}

function sectionRow({
  tenantId,
  recordId,
  section,
  wrap,
}: {
  tenantId: string
  recordId: string
  section: SealedSection
  wrap: Awaited<ReturnType<TenantKeys['wrapper']>>
}) {
  return {
    tenant_id: tenantId,
    record_id: recordId,
    name: section.name,
    commitment: section.commitment,
    ciphertext_sha256: section.ciphertextSha256,
    ciphertext: section.ciphertext,
    wrapped_secrets: wrap({
      bytes: Buffer.concat([section.dataKey, section.salt]),
      belongsTo: `${recordId}|${section.name}`,
    }),
  }
}

function worstVerdict({ assessments }: Dossier): Band | 'none' {
  const verdicts = assessments.map(({ assessment }) => assessment.verdict)
  return BANDS.find((band) => verdicts.includes(band)) ?? 'none'
}

// Dates and absent members take the form that they have on the wire.
function plain(content: unknown): JsonValue {
  return JSON.parse(JSON.stringify(content)) as JsonValue
}

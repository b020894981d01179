import { type Gate, type GateSummary, ProblemError } from '@afterai/contract'
import {
  digestOf,
  encodeGateSummary,
  type GateSummaryFacts,
  signEnvelope,
  type Signer,
  statementPayloadType,
} from '@afterai/record'
import type { Caller } from '../access/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Transaction } from '../platform/database.ts'
import { askGate, type GateQuestion } from './gate.ts'

/** Dependencies of summaries of the gate. */
export interface GateSummaryDependencies {
  readonly audit: Audit
  readonly signer: Signer
  readonly originOf: (tx: Transaction, tenantId: string) => Promise<string>
}

const hourMs = 3_600_000

/**
 * Signs that the gate is open for a configuration, for use without the server; never for longer than what opens it holds.
 * @throws ProblemError `invalid_transition` where the gate is shut, `not_found`
 */
export async function summariseGate(
  { audit, signer, originOf }: GateSummaryDependencies,
  tx: Transaction,
  { principal, actor }: Caller,
  { validHours, ...question }: GateQuestion & { readonly validHours: number },
): Promise<GateSummary> {
  const { tenantId } = principal
  const gate = await askGate(tx, tenantId, question)
  const { system, environment, fingerprint, recordId, policyVersion } = gate
  const answer = openAnswer(gate)
  const issued = new Date(gate.at)
  const wanted = new Date(issued.getTime() + validHours * hourMs).toISOString()
  const validUntil = gate.validUntil !== null && gate.validUntil < wanted ? gate.validUntil : wanted
  const facts: GateSummaryFacts = {
    origin: await originOf(tx, tenantId),
    system,
    environment,
    fingerprint: hexOf(fingerprint),
    answer,
    recordId,
    policyDigest: hexOf(digestOf({ version: policyVersion })),
    issuedAt: gate.at,
    validUntil,
  }
  await audit(tx, actor, {
    action: 'gate.summarise',
    resource: `configuration/${fingerprint}`,
    details: { system, environment, answer, recordId, validUntil },
  })
  const { payload, payloadType, signatures } = signEnvelope(statementPayloadType, encodeGateSummary(facts), [signer])
  return { payload, payloadType, signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })) }
}

function openAnswer({ open, answer, reason, needs }: Gate): GateSummaryFacts['answer'] {
  const shut = `the gate is shut (${answer}): ${reason}${needs === null ? '' : `; next: ${needs}`}`
  if (!open) throw new ProblemError('invalid_transition', { detail: shut })
  switch (answer) {
    case 'covered':
    case 'accepted_baseline':
    case 'exempt':
    case 'standard':
    case 'emergency':
      return answer
    default:
      throw new Error(`an open gate can't be ${answer}`)
  }
}

function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1)
}

import { readFile } from 'node:fs/promises'
import type { Person, TestServer } from './test-server.ts'

/** Ids of what one change left behind on its way to a record. */
export interface Lifecycle {
  readonly system: string
  readonly systemId: string
  readonly fingerprint: string
  readonly changeId: string
  readonly baselineId: string
  readonly candidateId: string
  readonly assessmentId: string
  readonly decisionId: string
  readonly recordId: string
}

const scores = new URL('../../../examples/conversation-scores/', import.meta.url)
const mapping = {
  caseId: 'case_id',
  cluster: 'conversation_id',
  metrics: [{ name: 'score', column: 'score', kind: 'continuous' }],
}

/** A plan for the example's scores: their direction and scale, which the column doesn't say. */
export const scoresPlan = { metrics: [{ name: 'score', direction: 'up', scale: { lower: 0, upper: 1 } }] }

/** The path of an import of the example's scores. */
export const scoresImport = `/v1/evaluations?${new URLSearchParams({ format: 'csv', mapping: JSON.stringify(mapping) }).toString()}`

/** Content of an example's file of scores. */
export function readScores(file: 'baseline.csv' | 'candidate.csv'): Promise<Buffer> {
  return readFile(new URL(file, scores))
}

/** A configuration that differs from others by its model. */
export function configurationOf(model: string) {
  return { model: { provider: 'acme', name: model }, inference: { temperature: 0.2 } }
}

/** A decision that may be proposed on a change with this assessment. */
export function proposalOf(assessmentId: string) {
  return {
    decision: 'not_act',
    decisionDetail: 'reject',
    justification: 'It loses answers.',
    assessmentIds: [assessmentId],
  }
}

/** Takes a change from its observation to a confirmed, assessed one. */
export async function assessedChange(
  server: TestServer,
  { token }: Person,
  system: string,
): Promise<Omit<Lifecycle, 'decisionId' | 'recordId'>> {
  const post = <T>(path: string, body: unknown) => server.expectOk<T>({ method: 'POST', path, token, body })
  const { id: systemId } = await post<{ id: string }>('/v1/systems', { name: system })
  const observe = (model: string) =>
    post<{ results: { changeId: string | null; fingerprint: string }[] }>('/v1/observations', {
      observations: [{ system, configuration: configurationOf(model) }],
    })
  await observe('large')
  const { results } = await observe('small')
  const changeId = results[0]?.changeId ?? ''
  await post(`/v1/changes/${changeId}/confirm`, { risk: { severity: 'high' } })
  const imported = async (file: 'baseline.csv' | 'candidate.csv') =>
    server.expectOk<{ id: string }>({
      method: 'POST',
      path: `${scoresImport}&system=${system}`,
      token,
      body: await readScores(file),
      headers: { 'content-type': 'text/csv' },
    })
  const { id: baselineId } = await imported('baseline.csv')
  const { id: candidateId } = await imported('candidate.csv')
  const { id: assessmentId } = await post<{ id: string }>(`/v1/changes/${changeId}/assessments`, {
    baselineEvaluationId: baselineId,
    candidateEvaluationId: candidateId,
    plan: scoresPlan,
  })
  const fingerprint = results[0]?.fingerprint ?? ''
  return { system, systemId, fingerprint, changeId, baselineId, candidateId, assessmentId }
}

/** Approves a decision as it reads now; answers the decision. */
export async function approve(server: TestServer, { token }: Person, decisionId: string) {
  const path = `/v1/decisions/${decisionId}`
  const { evidenceDigest } = await server.expectOk<{ evidenceDigest: string }>({ path, token })
  return server.expectOk<{ recordId: string; evidenceDigest: string; status: string }>({
    method: 'POST',
    path: `${path}/approvals`,
    token,
    body: { verdict: 'approve', evidenceDigest },
  })
}

/** Takes a change the whole way to its record. */
export async function recordedChange(
  server: TestServer,
  { author, approver }: { author: Person; approver: Person },
  system: string,
): Promise<Lifecycle> {
  const change = await assessedChange(server, author, system)
  const { id: decisionId } = await server.expectOk<{ id: string }>({
    method: 'POST',
    path: `/v1/changes/${change.changeId}/decisions`,
    token: author.token,
    body: proposalOf(change.assessmentId),
  })
  const { recordId } = await approve(server, approver, decisionId)
  return { ...change, decisionId, recordId }
}

import type { AssessmentView, EvaluationPlan, PlanAttempts, UnderPlan } from '@afterai/contract'
import { approve, configurationOf } from './lifecycle.ts'
import type { Answer, Person, TestServer } from './test-server.ts'

/** An imported evaluation, as far as plans are about it. */
export interface PlannedEvaluation {
  readonly id: string
  readonly caseDigest: string
}

/** What to import: how many of the cases pass, and what else is in the file. */
export interface Results {
  /** Of `cases`; the first ones pass. */
  readonly passes: number
  readonly cases?: number
  /** Another text in each row, so that the file is another one. */
  readonly mark?: string
  readonly label?: string
  readonly system?: string | null
}

/** An assessment with what is known of its plan. */
export type Planned = AssessmentView & { readonly underPlan: UnderPlan }

/** A confirmed change of a system, whose evaluations are planned, imported and assessed. */
export interface PlannedStory {
  readonly system: string
  readonly changeId: string
  readonly baseline: PlannedEvaluation
  imports(results: Results): Promise<PlannedEvaluation>
  seals(terms?: object, by?: Pick<TestServer, 'http'>): Promise<EvaluationPlan>
  plans(): Promise<{ items: EvaluationPlan[]; attempts: PlanAttempts }>
  assesses(candidate: PlannedEvaluation, more?: object): Promise<Planned>
  /** Proposes a decision that rests on assessments. */
  proposes(decision: 'act' | 'not_act', assessments: readonly { id: string }[]): Promise<Answer<Refusable>>
  /** Proposes and approves; answers the content of the record. */
  records(assessment: { id: string }, approver: Person): Promise<SealedEvidence>
}

interface Refusable {
  readonly id: string
  readonly code: string
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The evidence of a sealed record. */
export interface SealedEvidence {
  readonly assessments: readonly Planned[]
  readonly plans?: readonly EvaluationPlan[]
  readonly attempts?: PlanAttempts
}

/** The file of results: a row for each case. */
export function resultsFile({ passes, cases = 200, mark = '' }: Results): string {
  const rows = Array.from({ length: cases }, (_, at) => `case-${at},${Number(at < passes)},${mark}`)
  return `case_id,pass,note\n${rows.join('\n')}\n`
}

const mapping = JSON.stringify({ caseId: 'case_id', metrics: [{ name: 'pass', column: 'pass', kind: 'binary' }] })

/** The path of an import of such a file. */
export function resultsPath({ label, system }: Pick<Results, 'label' | 'system'>): string {
  const query = new URLSearchParams({ format: 'csv', mapping })
  if (label !== undefined) query.set('label', label)
  if (typeof system === 'string') query.set('system', system)
  return `/v1/evaluations?${query.toString()}`
}

/** Begins the story of a change of a system whose baseline was evaluated. */
export async function beginPlannedStory(server: TestServer, { token }: Person, system: string): Promise<PlannedStory> {
  const post = <T>(path: string, body: unknown) => server.expectOk<T>({ method: 'POST', path, token, body })
  await post('/v1/systems', { name: system })
  const imports = (results: Results) =>
    server.expectOk<PlannedEvaluation>({
      method: 'POST',
      path: resultsPath({ system, ...results }),
      token,
      body: resultsFile(results),
      headers: { 'content-type': 'text/csv' },
    })
  const baseline = await imports({ passes: 190, mark: `baseline of ${system}` })
  const observe = (model: string) =>
    post<{ results: { changeId: string | null }[] }>('/v1/observations', {
      observations: [{ system, configuration: configurationOf(model) }],
    })
  await observe('large')
  const changeId = (await observe('small')).results[0]?.changeId ?? ''
  await post(`/v1/changes/${changeId}/confirm`, {})
  const proposes: PlannedStory['proposes'] = (decision, assessments) =>
    server.send<Refusable>({
      method: 'POST',
      path: `/v1/changes/${changeId}/decisions`,
      token,
      body: {
        decision,
        decisionDetail: decision === 'act' ? 'approve' : 'reject',
        justification: 'So the figures say.',
        assessmentIds: assessments.map(({ id }) => id),
      },
    })
  return {
    system,
    changeId,
    baseline,
    imports,
    proposes,
    async seals(terms = {}, { http } = server) {
      const payload = { ...termsOf(baseline), ...terms }
      const headers = { authorization: `Bearer ${token}` }
      const answer = await http.inject({ method: 'POST', url: `/v1/changes/${changeId}/plans`, headers, payload })
      if (answer.statusCode !== 201) throw new Error(answer.body)
      return answer.json<EvaluationPlan>()
    },
    plans: () => server.expectOk({ path: `/v1/changes/${changeId}/plans`, token }),
    assesses: (candidate, more = {}) =>
      post(`/v1/changes/${changeId}/assessments`, {
        baselineEvaluationId: baseline.id,
        candidateEvaluationId: candidate.id,
        ...more,
      }),
    async records(assessment, approver) {
      const { body } = await proposes('act', [assessment])
      const { recordId } = await approve(server, approver, body.id)
      const path = `/v1/records/${recordId}`
      return (await server.expectOk<{ content: { evidence: SealedEvidence } }>({ path, token })).content.evidence
    },
  }
}

/** Terms of a plan about the cases of an evaluation. */
export function termsOf({ caseDigest }: PlannedEvaluation) {
  return { plan: planOf(0.05), datasets: [caseDigest], minCases: 200, attempts: 1 }
}

/** A plan of one metric with a margin. */
export function planOf(margin: number) {
  return { metrics: [{ name: 'pass', margin, primary: true }] }
}

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sampleClient, type SampleClient, type SampleServer } from './sample-client.ts'

/** Where the sample's evaluation files are: the results of one promptfoo run each (examples/support-bot/README.md). */
const examples = new URL('../../../../examples/support-bot/', import.meta.url)

const provider = 'acme'
const before = { name: 'acme-large-2026-03', temperature: 0.2 }
const after = { name: 'acme-small-2026-10', temperature: 0.2 }
const system = 'support-bot'

/** The sample's people. Nobody can sign in as them: their passwords are random and forgotten. */
export interface SamplePerson {
  readonly email: string
  readonly name: string
  readonly role: 'member' | 'approver'
  readonly password: string
}

/** The author of the sample's decision, and its approver. */
export type SamplePeople = readonly [author: SamplePerson, approver: SamplePerson]

/** Two people for the sample, made anew for one seeding. */
export function samplePeople(): SamplePeople {
  return [
    { email: 'ada@sample.invalid', name: 'Ada (sample)', role: 'member', password: newPassword() },
    { email: 'kofi@sample.invalid', name: 'Kofi (sample)', role: 'approver', password: newPassword() },
  ]
}

function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * Takes one change the whole way through the API of a running server: observed, confirmed, assessed on real evaluation
 * results, decided, approved, sealed.
 * @throws Error with the API's answer when a step is refused
 */
export async function seedSample(server: SampleServer, [author, approver]: SamplePeople): Promise<void> {
  const ada = await sampleClient(server, author)
  await ada.post('/v1/systems', { name: system, title: 'Sample: answers customers of a shop', owner: 'Sample team' })
  const changeId = await observeChange(ada)
  const assessmentId = await assessChange(ada, changeId)
  const decision = await ada.post<{ id: string }>(`/v1/changes/${changeId}/decisions`, {
    decision: 'not_act',
    decisionDetail: 'reject',
    justification:
      'The smaller model is cheaper and faster, but loses answers that customers had before. Stay with the larger one.',
    riskImpactAnalysis: 'Wrong answers about refunds reach customers directly.',
    assessmentIds: [assessmentId],
  })
  const kofi = await sampleClient(server, approver)
  const { evidenceDigest } = await kofi.get<{ evidenceDigest: string }>(`/v1/decisions/${decision.id}`)
  await kofi.post(`/v1/decisions/${decision.id}/approvals`, { verdict: 'approve', evidenceDigest, comment: 'Agreed.' })
  await Promise.all([ada.signOut(), kofi.signOut()])
}

async function observeChange(client: SampleClient): Promise<string> {
  await observe(client, before)
  const { results } = await observe(client, after)
  const changeId = results[0]?.changeId
  if (!changeId) throw new Error('the sample’s second configuration opened no change')
  await client.post(`/v1/changes/${changeId}/confirm`, {
    risk: { severity: 'high', blastRadius: 'single_app', customerImpact: 'material' },
  })
  return changeId
}

function observe(client: SampleClient, { name, temperature }: typeof before) {
  const configuration = { model: { provider, name }, inference: { temperature } }
  const observation = { system, environment: 'production', configuration, origin: 'ci' }
  return client.post<{ results: { changeId: string | null }[] }>('/v1/observations', { observations: [observation] })
}

async function assessChange(client: SampleClient, changeId: string): Promise<string> {
  const baselineEvaluationId = await importFile(client, 'baseline.json')
  const candidateEvaluationId = await importFile(client, 'candidate.json')
  const { id } = await client.post<{ id: string }>(`/v1/changes/${changeId}/assessments`, {
    baselineEvaluationId,
    candidateEvaluationId,
  })
  return id
}

async function importFile(client: SampleClient, file: string): Promise<string> {
  const query = new URLSearchParams({ format: 'promptfoo', system, label: file })
  const bytes = await readFile(new URL(file, examples))
  return (await client.upload<{ id: string }>(`/v1/evaluations?${query.toString()}`, bytes)).id
}

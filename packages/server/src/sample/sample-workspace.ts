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
 * Takes one change the whole way through the API of a running server: planned, confirmed, assessed on real evaluation results, decided,
 * approved, sealed, closed. It was refused before it ran, so that nothing of it is left to do.
 * @throws Error with the API's answer when a step is refused
 */
export async function seedSample(server: SampleServer, [author, approver]: SamplePeople): Promise<void> {
  const ada = await sampleClient(server, author)
  const kofi = await sampleClient(server, approver)
  await ada.post('/v1/systems', { name: system, title: 'Sample: answers customers of a shop', owner: 'Sample team' })
  await beginWith(before, { ada, kofi })
  const changeId = await planChange(ada)
  const assessmentId = await assessChange(ada, changeId)
  const decision = await ada.post<{ id: string }>(`/v1/changes/${changeId}/decisions`, {
    decision: 'not_act',
    decisionDetail: 'reject',
    justification:
      'The smaller model is cheaper and faster, but loses answers that customers had before. Stay with the larger one.',
    riskImpactAnalysis: 'Wrong answers about refunds reach customers directly.',
    assessmentIds: [assessmentId],
  })
  const { evidenceDigest } = await kofi.get<{ evidenceDigest: string }>(`/v1/decisions/${decision.id}`)
  await kofi.post(`/v1/decisions/${decision.id}/approvals`, { verdict: 'approve', evidenceDigest, comment: 'Agreed.' })
  await ada.post(`/v1/changes/${changeId}/closure`, {
    code: 'cancelled',
    notes: 'It never ran: the larger model still answers.',
  })
  await Promise.all([ada.signOut(), kofi.signOut()])
}

/** Has a configuration seen to run, and accepted as the one that the record begins with. */
async function beginWith(
  model: typeof before,
  { ada, kofi }: { readonly ada: SampleClient; readonly kofi: SampleClient },
): Promise<void> {
  const observation = { system, environment: 'production', configuration: configurationOf(model), origin: 'ci' }
  const { results } = await ada.post<{ results: { fingerprint: string }[] }>('/v1/observations', {
    observations: [observation],
  })
  await kofi.post(`/v1/systems/${system}/environments/production/baseline`, {
    fingerprint: results[0]?.fingerprint,
    reason: 'It has answered customers since March.',
  })
}

async function planChange(client: SampleClient): Promise<string> {
  const { id } = await client.post<{ id: string }>('/v1/changes', {
    system,
    title: `model ${before.name} → ${after.name}`,
    changeTypes: ['model'],
    after: configurationOf(after),
  })
  await client.post(`/v1/changes/${id}/confirm`, {
    risk: { severity: 'high', blastRadius: 'single_app', customerImpact: 'material' },
  })
  return id
}

function configurationOf({ name, temperature }: typeof before) {
  return { model: { provider, name }, inference: { temperature } }
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

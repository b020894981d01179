import { readFileSync } from 'node:fs'
import { createPerson, type Person } from './crash-person.ts'

/** One thing to be written, with the identity that makes a retry of it harmless. */
export interface Operation {
  readonly kind: 'observation' | 'change' | 'record'
  /** The observation's id; of the others the change's title and the root of their idempotency keys. */
  readonly id: string
  readonly system: string
  /** Of an observation: which model the system ran with. */
  readonly model: string
}

/** The one that setting up, writing and looking go through. */
export interface CrashClient {
  /** Sets the instance up with its code: two people, the systems, an evaluation of each side. */
  setUp(code: string, systems: readonly string[]): Promise<void>
  /** Writes; nothing when the server acknowledged, what it said when it couldn't be reached or wasn't sure. */
  write(operation: Operation): Promise<string | undefined>
  /** Titles of all changes that people recorded, each as often as it is there. */
  changeTitles(): Promise<string[]>
  /** Titles of all changes that have a record, each as often as it has one. */
  recordTitles(): Promise<string[]>
  /** How many observations a system has had. */
  observations(system: string): Promise<number>
}

const admin = { email: 'admin@example.com', password: 'correct horse battery staple 9' }
const approver = { email: 'approver@example.com', password: 'another correct staple battery 7' }

/** A server's answer that no retry mends: a fault of the server, or of this test. */
class Refusal extends Error {}

/** An answer that leaves open whether it was done. */
class Unsure extends Error {}

/** A client of the server at `origin`. */
export function createCrashClient(origin: string): CrashClient {
  const author = createPerson(origin, admin)
  const second = createPerson(origin, approver)
  const evaluations = new Map<string, { baselineEvaluationId: string; candidateEvaluationId: string }>()

  async function recordOf({ id, system }: Operation): Promise<void> {
    const change = await step<{ id: string }>(author, '/v1/changes', {
      body: { system, title: id, changeTypes: ['data'] },
      key: `${id}-change`,
    })
    const risk = { severity: 'low' }
    await step(author, `/v1/changes/${change.id}/confirm`, { body: { risk }, key: `${id}-confirm` })
    const assessment = await step<{ id: string }>(author, `/v1/changes/${change.id}/assessments`, {
      body: evaluations.get(system),
      key: `${id}-assess`,
    })
    const decision = await step<{ id: string; evidenceDigest: string }>(author, `/v1/changes/${change.id}/decisions`, {
      body: { decision: 'not_act', decisionDetail: 'reject', justification: 'Worse.', assessmentIds: [assessment.id] },
      key: `${id}-decide`,
    })
    const { evidenceDigest } = decision
    await step(second, `/v1/decisions/${decision.id}/approvals`, {
      body: { verdict: 'approve', evidenceDigest },
      key: `${id}-approve`,
    })
  }

  return {
    async setUp(code, systems) {
      const opened = await author.ask<{ accessToken: string }>('POST', '/v1/setup', {
        body: { code, name: 'Admin', ...admin },
      })
      author.use(opened.accessToken)
      const body = { email: approver.email, role: 'approver' }
      const invitation = await author.ask<{ code: string }>('POST', '/v1/invitations', { body })
      const joining = { code: invitation.code, name: 'Approver', password: approver.password }
      const joined = await second.ask<{ accessToken: string }>('POST', '/v1/invitations/accept', { body: joining })
      second.use(joined.accessToken)
      for (const system of systems) {
        await author.ask('POST', '/v1/systems', { body: { name: system } })
        evaluations.set(system, {
          baselineEvaluationId: await importSample(author, system, 'baseline'),
          candidateEvaluationId: await importSample(author, system, 'candidate'),
        })
      }
    },
    async write(operation) {
      const { kind, id, system, model } = operation
      try {
        if (kind === 'record') await recordOf(operation)
        else if (kind === 'change')
          await step(author, '/v1/changes', { body: { system, title: id, changeTypes: ['data'] }, key: id })
        else {
          const configuration = { model: { provider: 'example', name: model } }
          await step(author, '/v1/observations', { body: { observations: [{ id, system, configuration }] } })
        }
        return undefined
      } catch (error) {
        // `fetch` throws a TypeError for a broken connection; an answer cut short is no JSON, or aborts.
        if (error instanceof Unsure || error instanceof TypeError || error instanceof SyntaxError) {
          return error.cause instanceof Error ? error.cause.message : error.message
        }
        throw error
      }
    },
    async changeTitles() {
      return (await everyItem<{ title: string }>(author, '/v1/changes')).map(({ title }) => title)
    },
    async recordTitles() {
      const changes = await everyItem<{ id: string; title: string }>(author, '/v1/changes')
      const titles = new Map(changes.map(({ id, title }) => [id, title]))
      const records = await everyItem<{ changeId: string }>(author, '/v1/records')
      return records.map(({ changeId }) => titles.get(changeId) ?? `unknown change ${changeId}`)
    },
    async observations(system) {
      const { environments } = await author.ask<{ environments: { observations: number }[] }>(
        'GET',
        `/v1/systems/${system}`,
      )
      return environments.reduce((sum, { observations }) => sum + observations, 0)
    },
  }
}

/** Sends one step. 5xx, and 429 under load, leave it open whether it was done; other refusals are final. */
async function step<T>(person: Person, path: string, call: { body: unknown; key?: string }): Promise<T> {
  const response = await person.send('POST', path, call)
  const text = await response.text()
  if (response.ok) return JSON.parse(text) as T
  if (response.status >= 500 || response.status === 429) throw new Unsure(`${path}: ${response.status} ${text}`)
  throw new Refusal(`${path}: ${response.status} ${text}`)
}

async function importSample(author: Person, system: string, side: 'baseline' | 'candidate'): Promise<string> {
  const file = new URL(`../../../examples/support-bot/${side}.json`, import.meta.url)
  const query = new URLSearchParams({ format: 'promptfoo', system, label: side })
  const body: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return (await author.ask<{ id: string }>('POST', `/v1/evaluations?${query.toString()}`, { body })).id
}

async function everyItem<T>(person: Person, path: string): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { items: T[]; nextCursor: string | null } = await person.ask('GET', `${path}?limit=200${from}`)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

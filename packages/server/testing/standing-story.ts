import type { Change, Decision, Gate, Life, RunView, Standing, Standings } from '@afterai/contract'
import { approve } from './lifecycle.ts'
import type { Answer, Person, TestServer } from './test-server.ts'

/** The people of a story. */
export interface Cast {
  readonly author: Person
  readonly approver: Person
}

/** What a story of one system's production does, told in few words. */
export interface Story {
  readonly system: string
  readonly systemId: string
  /** Tells that the system runs with a temperature, or with that of a model. Answers the change that it opened, or null. */
  runs(temperature: number, options?: RunOptions): Promise<string | null>
  /** Proposes a change to a temperature; answers its id. */
  plans(temperature: number): Promise<string>
  confirms(changeId: string, severity?: string): Promise<void>
  /** Proposes a decision; answers it. */
  proposes(changeId: string, options?: ProposalOptions): Promise<Decision>
  /** Proposes and approves; answers the record's id. */
  decides(changeId: string, options?: ProposalOptions): Promise<string>
  /** The standing of its production now, or at an instant. */
  standing(at?: string): Promise<Standing>
  standings(at?: string): Promise<Standings>
  history(query?: string): Promise<RunView[]>
  life(changeId: string): Promise<Life>
  change(changeId: string): Promise<Change>
  changes(): Promise<Change[]>
  gate(temperature: number): Promise<Gate>
  accepts(by?: Person): Promise<Answer<{ code: string }>>
  post<T>(path: string, body: unknown, by?: Person): Promise<Answer<T & { code: string; detail: string }>>
}

export interface RunOptions {
  readonly observedAt?: string
  readonly servedName?: string
  readonly revision?: string
}

export interface ProposalOptions {
  readonly decision?: 'act' | 'not_act'
  readonly reviewBy?: string
  readonly checks?: readonly object[]
  readonly conditions?: readonly string[]
}

/** A configuration that differs from others by its temperature. */
export function configurationAt(temperature: number, servedName?: string) {
  return { model: { provider: 'acme', name: 'large', servedName }, inference: { temperature } }
}

/** Begins the story of a system. */
export async function beginStory(server: TestServer, { author, approver }: Cast, system: string): Promise<Story> {
  const { token } = author
  const ok = <T>(path: string, body: unknown) => server.expectOk<T>({ method: 'POST', path, token, body })
  const get = <T>(path: string) => server.expectOk<T>({ path, token })
  const { id: systemId } = await ok<{ id: string }>('/v1/systems', { name: system })
  const standings = (at?: string) =>
    get<Standings>(`/v1/standings?system=${system}${at === undefined ? '' : `&at=${at}`}`)
  const propose = ({ decision = 'act', ...more }: ProposalOptions) => ({
    decision,
    decisionDetail: decision === 'act' ? 'approve' : 'reject',
    justification: 'So it was agreed.',
    ...more,
  })
  const proposes = (changeId: string, options: ProposalOptions = {}) =>
    ok<Decision>(`/v1/changes/${changeId}/decisions`, propose(options))
  const standing = async (at?: string): Promise<Standing> => {
    const [first] = (await standings(at)).items
    if (first === undefined) throw new Error(`${system} has no standing`)
    return first
  }
  return {
    system,
    systemId,
    standings,
    standing,
    proposes,
    async runs(temperature, { observedAt, servedName, revision } = {}) {
      const configuration = configurationAt(temperature, servedName)
      const observations = [{ system, configuration, observedAt, revision }]
      const { results } = await ok<{ results: { changeId: string | null }[] }>('/v1/observations', { observations })
      return results[0]?.changeId ?? null
    },
    async plans(temperature) {
      const after = configurationAt(temperature)
      const body = { system, title: `Temperature ${temperature}`, changeTypes: ['inference'], after }
      return (await ok<Change>('/v1/changes', body)).id
    },
    async confirms(changeId, severity = 'low') {
      await ok(`/v1/changes/${changeId}/confirm`, { risk: { severity } })
    },
    async decides(changeId, options = {}) {
      const { id } = await proposes(changeId, options)
      return (await approve(server, approver, id)).recordId
    },
    history: async (query = '') => (await get<{ items: RunView[] }>(`/v1/systems/${system}/history${query}`)).items,
    life: (changeId) => get<Life>(`/v1/changes/${changeId}/life`),
    change: (changeId) => get<Change>(`/v1/changes/${changeId}`),
    changes: async () => (await get<{ items: Change[] }>(`/v1/changes?system=${system}`)).items,
    gate: (temperature) => ok<Gate>('/v1/gate', { system, configuration: configurationAt(temperature) }),
    async accepts(by = approver) {
      const { fingerprint } = await standing()
      const path = `/v1/systems/${system}/environments/production/baseline`
      return server.send({ method: 'POST', path, token: by.token, body: { fingerprint, reason: 'It has always run.' } })
    },
    post: (path, body, by = author) => server.send({ method: 'POST', path, token: by.token, body }),
  }
}

/** An instant some days from now. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString()
}

import { randomUUID } from 'node:crypto'

/** One thing to be written, with the identity that makes a retry of it harmless. */
export interface Operation {
  readonly kind: 'observation' | 'change'
  /** The observation's id, or the change's idempotency key and title. */
  readonly id: string
  readonly system: string
  /** Of an observation: which model the system ran with. */
  readonly model: string
}

/** The identity of the person that the load signs in as. */
const admin = { email: 'admin@example.com', password: 'correct horse battery staple 9', name: 'Admin' }

/** The one that setting up and writing go through. */
export interface CrashClient {
  /** Sets the instance up with the code that it printed, and makes the systems. */
  setUp(printed: string, systems: readonly string[]): Promise<void>
  /** Writes; true when the server acknowledged, false when it couldn't be reached or wasn't sure. */
  write(operation: Operation): Promise<boolean>
  /** Titles of all changes that people recorded. */
  recordedTitles(): Promise<string[]>
  /** How many observations a system has had. */
  observations(system: string): Promise<number>
}

/** A client that signs in again when its session runs out. */
export function createCrashClient(origin: string): CrashClient {
  let token = ''

  async function call(method: string, path: string, options: { body?: unknown; key?: string } = {}): Promise<Response> {
    const send = (): Promise<Response> =>
      fetch(`${origin}${path}`, {
        method,
        headers: {
          ...(token !== '' && { authorization: `Bearer ${token}` }),
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
          ...(options.key !== undefined && { 'idempotency-key': options.key }),
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      })
    const response = await send()
    if (response.status !== 401 || token === '') return response
    token = ''
    token = await tokenOf(await call('POST', '/v1/session', { body: { email: admin.email, password: admin.password } }))
    return send()
  }

  async function read<T>(path: string): Promise<T> {
    const response = await call('GET', path)
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  return {
    async setUp(printed, systems) {
      const code = /\b[2-9A-HJKMNP-TV-Z]{5}(?:-[2-9A-HJKMNP-TV-Z]{5}){3}\b/.exec(printed)?.[0]
      if (code === undefined) throw new Error(`no set-up code in:\n${printed}`)
      token = await tokenOf(await call('POST', '/v1/setup', { body: { code, ...admin } }))
      for (const name of systems)
        await succeed(await call('POST', '/v1/systems', { body: { name }, key: randomUUID() }))
    },
    async write(operation) {
      try {
        const response = await call('POST', ...requestFor(operation))
        const text = await response.text()
        if (response.ok) return true
        // 5xx, and 429 under load, leave it open; anything else is a fault of this test or of the server.
        if (response.status >= 500 || response.status === 429) return false
        throw new Refusal(`${operation.kind} ${operation.id}: ${response.status} ${text}`)
      } catch (error) {
        if (error instanceof Refusal) throw error
        return false
      }
    },
    async recordedTitles() {
      const titles: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page: { items: { title: string }[]; nextCursor: string | null } = await read(
          `/v1/changes?limit=200${from}`,
        )
        titles.push(...page.items.map(({ title }) => title))
        cursor = page.nextCursor
      }
      return titles
    },
    async observations(system) {
      const { environments } = await read<{ environments: { observations: number }[] }>(`/v1/systems/${system}`)
      return environments.reduce((sum, { observations }) => sum + observations, 0)
    },
  }
}

class Refusal extends Error {}

function requestFor({ kind, id, system, model }: Operation): [path: string, options: { body: unknown; key?: string }] {
  if (kind === 'observation') {
    const configuration = { model: { provider: 'example', name: model } }
    return ['/v1/observations', { body: { observations: [{ id, system, configuration }] } }]
  }
  return ['/v1/changes', { body: { system, title: id, changeTypes: ['data'] }, key: id }]
}

async function succeed(response: Response): Promise<string> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
  return text
}

async function tokenOf(response: Response): Promise<string> {
  const { accessToken } = JSON.parse(await succeed(response)) as { accessToken: string }
  return accessToken
}

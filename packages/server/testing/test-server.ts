import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Permission, Role, Session } from '@afterai/contract'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { type ComposedServer, composeServer, type ServerParts } from '../src/instance/composition.ts'
import { systemActor } from '../src/audit/index.ts'
import { newCode } from '../src/access/index.ts'
import { addMember, createAccount, createTenant, putSetupCode } from '../src/identity/index.ts'
import { type InstanceKeys, loadInstanceKeys } from '../src/keys/index.ts'
import { type Configuration, defaultConfiguration } from '../src/platform/configuration.ts'
import { withTenant } from '../src/platform/database.ts'
import { newId } from '../src/platform/ids.ts'
import { createLog, type Logger } from '../src/platform/log.ts'
import { undeclaredEvents } from './undeclared-events.ts'

/** A request to the server under test; `body` that is a string or bytes goes as it is, anything else as JSON. */
export interface TestRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'PATCH'
  readonly path: string
  /** An access token or an API key, sent as Bearer. */
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer of the server under test: its status, headers and body. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly body: T
  readonly text: string
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>
}

/** A tenant made for a test. */
export interface TestTenant {
  readonly id: string
  readonly slug: string
}

/** A signed-in member. */
export interface Person {
  readonly accountId: string
  readonly tenant: TestTenant
  readonly role: Role
  readonly email: string
  readonly password: string
  readonly session: Session
  readonly token: string
}

/** A composed server on a database of its own, with its first tenant set up the way an operator would. */
export interface TestServer extends ComposedServer {
  readonly database: TestDatabase
  readonly keys: InstanceKeys
  /** Where they lie. */
  readonly keyDir: string
  /** As the superuser, to arrange and to look behind the curtain. */
  readonly owner: Client
  readonly setupCode: string
  readonly admin: Person
  /** All that the server logged. */
  log(): string
  send<T = Record<string, unknown>>(request: TestRequest): Promise<Answer<T>>
  /** Sends and insists on a status below 300. */
  expectOk<T = Record<string, unknown>>(request: TestRequest): Promise<T>
  addTenant(slug: string): Promise<TestTenant>
  /** Left out, their name is that of their role. */
  addPerson(tenant: TestTenant, role: Role, name?: string): Promise<Person>
  /** The first administrator, signed in to the operators' tenant. */
  operator(): Promise<Person>
  signIn(email: string, password: string): Promise<Session>
  addKey(owner: Person, scopes: readonly Permission[], accountId?: string): Promise<{ id: string; key: string }>
  /** @throws Error when an event was left that its route doesn't declare */
  stop(): Promise<void>
}

/** Where the servers of tests are reached unless they say otherwise: nothing listens there. */
export const testOrigin = 'http://localhost:4680'

/** The password of the first administrator. */
export const adminPassword = 'violet-harbour-41-lantern'

/** Parts and configuration of the server under test, where they differ from what tests usually have. */
export type TestServerOptions = Partial<Configuration> & Partial<Omit<ServerParts, keyof SharedParts | 'configuration'>>

/** Parts that every server under test is given. */
type SharedParts = Pick<ServerParts, 'connection' | 'keys' | 'log'>

/** Starts one, on a database of its own that goes with it, or on one that the caller brings. */
export async function startTestServer(options: TestServerOptions = {}, brought?: TestDatabase): Promise<TestServer> {
  const database = brought ?? (await createTestDatabase())
  const keyDir = await mkdtemp(join(tmpdir(), 'afterai-keys-'))
  const lines: string[] = []
  const keys = await loadInstanceKeys(keyDir, { make: true })
  const log = createLog('debug', { write: (line: string) => void lines.push(line) })
  const composed = await composeServer(partsOf({ connection: database.login, keys, log }, options))
  composed.begin()
  const owner = new Client(database.owner)
  await owner.connect()
  const send = sender(composed)
  const expectOk = insistent(send)
  const setupCode = newCode()
  await putSetupCode(composed.enrolment.db, composed.enrolment.hashCredential(setupCode))
  const people = peopleOf(composed, send)
  const admin = await firstAdministrator(send, setupCode)
  return {
    ...composed,
    ...people,
    database,
    keys,
    keyDir,
    owner,
    setupCode,
    admin,
    operator: () => signInAsOperator(send, admin),
    log: () => lines.join(''),
    send,
    expectOk,
    addKey: (person, scopes, accountId) =>
      expectOk<{ id: string; key: string }>({
        method: 'POST',
        path: '/v1/api-keys',
        token: person.token,
        body: { name: 'a key', scopes, ...(accountId === undefined ? {} : { accountId }) },
      }),
    async stop() {
      await composed.close()
      const undeclared = await undeclaredEvents({ http: composed.http, owner }, lines)
      await owner.end()
      await database.drop()
      await rm(keyDir, { recursive: true })
      if (undeclared.length > 0) throw new Error(`events that no route declares:\n${undeclared.join('\n')}`)
    },
  }
}

/** Another server of the same instance, on the same database: not listening, and its sequencer not begun. */
export function composeBeside(
  server: TestServer,
  { log, ...options }: TestServerOptions & { log?: Logger } = {},
): Promise<ComposedServer> {
  const shared = { connection: server.database.login, keys: server.keys, log: log ?? createLog('silent') }
  return composeServer(partsOf(shared, { databasePoolSize: 5, ...options }))
}

/** All that a server under test is made of. */
export function partsOf(shared: SharedParts, options: TestServerOptions): ServerParts {
  const {
    mail,
    logMemory,
    captureLimits,
    verificationPace,
    liveLimits,
    consoleFolder = noConsole,
    ...overrides
  } = options
  const configuration = { ...usual, ...overrides }
  return { ...shared, configuration, mail, logMemory, captureLimits, verificationPace, liveLimits, consoleFolder }
}

/** Tests serve no console, built or not, unless they say where one lies. */
const noConsole = new URL('./no-console/', import.meta.url)

const usual: Configuration = {
  ...defaultConfiguration(),
  publicUrl: testOrigin,
  sessionIdleMinutes: 60,
  sessionMaxHours: 24,
  importMaxMib: 20,
  // Tests ask more in a minute than people do; those of the limits set their own.
  rateCredentials: 100_000,
  rateReads: 100_000,
  rateWrites: 100_000,
  rateHeavy: 100_000,
  rateTelemetry: 1_000_000,
}

type Send = TestServer['send']

function sender({ http }: ComposedServer): Send {
  return async <T>({ method = 'GET', path, token, body, headers = {} }: TestRequest): Promise<Answer<T>> => {
    const raw = typeof body === 'string' || Buffer.isBuffer(body)
    const answer = await http.inject({
      method,
      url: path,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: raw ? body : JSON.stringify(body) }),
    })
    const json = /json\b/.test(String(answer.headers['content-type'])) && answer.body !== ''
    return {
      status: answer.statusCode,
      body: (json ? JSON.parse(answer.body) : {}) as T,
      text: answer.body,
      bytes: answer.rawPayload,
      headers: answer.headers,
    }
  }
}

function insistent(send: Send): TestServer['expectOk'] {
  return async <T>(request: TestRequest) => {
    const { status, body, text } = await send<T>(request)
    if (status >= 300) throw new Error(`${request.method ?? 'GET'} ${request.path} answered ${status}: ${text}`)
    return body
  }
}

async function firstAdministrator(send: Send, code: string): Promise<Person> {
  const email = 'first@acme.example'
  const answer = await send<Session>({
    method: 'POST',
    path: '/v1/setup',
    body: { code, email, name: 'First', password: adminPassword, tenant: { slug: 'acme', name: 'Acme' } },
  })
  if (answer.status !== 200) throw new Error(`set-up answered ${answer.status}: ${answer.text}`)
  const token = answer.body.accessToken
  const { body } = await send<{ accountId: string; tenant: { id: string } }>({ path: '/v1/me', token })
  return {
    accountId: body.accountId,
    tenant: { id: body.tenant.id, slug: 'acme' },
    role: 'admin',
    email,
    password: adminPassword,
    session: answer.body,
    token,
  }
}

async function signInAsOperator(send: Send, { email, password, accountId }: Person): Promise<Person> {
  const body = { email, password, tenant: 'instance' }
  const { body: session } = await send<Session>({ method: 'POST', path: '/v1/session', body })
  const token = session.accessToken
  const me = await send<{ tenant: { id: string } }>({ path: '/v1/me', token })
  const tenant = { id: me.body.tenant.id, slug: 'instance' }
  return { accountId, tenant, role: 'admin', email, password, session, token }
}

function peopleOf({ enrolment }: ComposedServer, send: Send): Pick<TestServer, 'addTenant' | 'addPerson' | 'signIn'> {
  const signIn: TestServer['signIn'] = async (email, password) => {
    const answer = await send<Session>({ method: 'POST', path: '/v1/session', body: { email, password } })
    if (answer.status !== 200) throw new Error(`signing in answered ${answer.status}: ${answer.text}`)
    return answer.body
  }
  return {
    signIn,
    async addTenant(slug) {
      const tenant = { id: newId(), slug, name: slug, sample: slug === 'sample' }
      const actor = systemActor(tenant.id)
      await withTenant(enrolment.db, tenant.id, (tx) => createTenant(enrolment, tx, tenant, actor))
      return tenant
    },
    async addPerson(tenant, role, name = `The ${role}`) {
      const accountId = newId()
      const email = `${role}-${accountId}@${tenant.slug}.example`
      const password = `granite-otter-${accountId}`
      const passwordHash = await enrolment.passwords.hash(password)
      await withTenant(enrolment.db, tenant.id, async (tx) => {
        await createAccount(tx, { id: accountId, kind: 'person', email, name, passwordHash })
        await addMember(tx, { tenantId: tenant.id, accountId, role, name, email })
      })
      const session = await signIn(email, password)
      return { accountId, tenant, role, email, password, session, token: session.accessToken }
    },
  }
}

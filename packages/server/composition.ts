import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { assessmentRoutes, evaluationRoutes } from './src/aura/index.ts'
import { changeRoutes, systemRoutes } from './src/ace/index.ts'
import { type Audit, createAudit } from './src/audit/audit.ts'
import {
  auditRoutes,
  createPasswords,
  createProviderClients,
  credentialHasher,
  deviceRoutes,
  type EnrolmentDependencies,
  federationRoutes,
  guardRoutes,
  memberRoutes,
  sessionRoutes,
} from './src/identity/index.ts'
import { createTenantKeys, type InstanceKeys } from './src/keys/index.ts'
import {
  type Append,
  checkHeads,
  createAppend,
  createLedgerKeys,
  createLog,
  createProducers,
  type HeadMismatch,
  ledgerRoutes,
  logKeyRoutes,
  readOrigin,
  type Sequencer,
  startSequencer,
  startWaiting,
} from './src/ledger/index.ts'
import { createSealRecord, decisionRoutes, recordRoutes } from './src/pacr/index.ts'
import { isLoopback } from './src/platform/configuration-kinds.ts'
import { type Connection, connectionOptions, onceSettled, openDatabase } from './src/platform/database.ts'
import { healthRoutes } from './src/platform/health-routes.ts'
import { createHttp, type Http } from './src/platform/http.ts'
import type { Logger } from './src/platform/log.ts'
import { sampleRoutes } from './src/sample/index.ts'

const minuteMs = 60_000
const mebibyte = 1024 * 1024

/** What a server is made of. */
export interface ServerParts {
  readonly connection: Connection
  readonly keys: InstanceKeys
  readonly log: Logger
  readonly poolSize: number
  readonly sessionIdleMinutes: number
  readonly sessionMaxHours: number
  readonly importMaxMib: number
  /** Whether browsers reach it by https alone: cookies are then `Secure` and `__Host-` prefixed. */
  readonly https: boolean
  /** The origin that browsers use; undefined in a trial, where it is whatever loopback address they came by. */
  readonly publicUrl: string | undefined
  /** Whether this is a trial on one machine: an identity provider may be on loopback then. */
  readonly trial: boolean
  /** Hosts of identity providers that may be at a private address. */
  readonly oidcAllowedHosts: readonly string[]
}

/** A server that is wired up, not yet listening. */
export interface ComposedServer {
  readonly http: Http
  readonly enrolment: EnrolmentDependencies
  /** The logs whose stored tree isn't the one of their newest checkpoint, or that another key signed. */
  checkLogs(): Promise<HeadMismatch[]>
  /** Starts to integrate what the outboxes hold. */
  begin(): void
  /** Stops taking requests, ends those under way, finishes the ledger's batch, lets go of the database. */
  close(): Promise<void>
}

/** Wires the features together. Whatever one folder needs of a folder below it is handed over here. */
export async function composeServer(parts: ServerParts): Promise<ComposedServer> {
  const { log, keys } = parts
  const onError = (error: Error): void => log.warn({ err: error }, 'a database connection broke')
  const database = openDatabase(parts.connection, { poolSize: parts.poolSize, onError })
  const { db } = database
  const ledgerKeys = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
  const tenantKeys = createTenantKeys(keys.master)
  let sequencer: Sequencer | undefined
  const waiting = startWaiting({ db, connection: connectionOptions(parts.connection), log })
  const append = wakeAfter(createAppend(ledgerKeys.recordSigner, createProducers()), () => sequencer?.wake())
  const audit = createAudit(append)
  const cookies = cookieNames(parts.https)
  const enrolment: EnrolmentDependencies = {
    db,
    audit,
    tokens: keys.session,
    passwords: await createPasswords(),
    hashCredential: credentialHasher(keys.credentialHash),
    sessionMaxMs: parts.sessionMaxHours * 60 * minuteMs,
    sessionIdleMs: parts.sessionIdleMinutes * minuteMs,
    foundTenant: foundTenant(audit, { tenantKeys, ledgerKeys }),
  }

  const http = await createHttp({ logger: log })
  const state = { stopping: false }
  guardRoutes(http, {
    ...enrolment,
    cookieName: cookies.sessionCookie,
  })
  healthRoutes(http, { db, isStopping: () => state.stopping })
  sessionRoutes(http, { ...enrolment, cookies })
  memberRoutes(http, enrolment)
  const publicOrigin = originFrom(parts.publicUrl)
  const clients = createProviderClients({ loopback: parts.trial, allowedHosts: parts.oidcAllowedHosts })
  await federationRoutes(http, { ...enrolment, keys: tenantKeys, clients, cookies, publicOrigin })
  await deviceRoutes(http, { ...enrolment, publicOrigin })
  auditRoutes(http, { db })
  logKeyRoutes(http, { db, keys: ledgerKeys })
  ledgerRoutes(http, { db, verifierOf: ledgerKeys.checkpointVerifier })
  systemRoutes(http, { db, audit, keys: tenantKeys })
  changeRoutes(http, { db, audit, keys: tenantKeys })
  const aura = { db, audit, keys: tenantKeys, importMaxBytes: parts.importMaxMib * mebibyte }
  await evaluationRoutes(http, aura)
  assessmentRoutes(http, aura)
  const pacr = {
    db,
    audit,
    keys: tenantKeys,
    waiting,
    sealRecord: createSealRecord({ audit, append, keys: tenantKeys }),
    keyHints: async (...[tx, tenantId]: Parameters<typeof readOrigin>) =>
      ledgerKeys.hintsOf(await readOrigin(tx, tenantId)),
  }
  decisionRoutes(http, pacr)
  recordRoutes(http, pacr)
  sampleRoutes(http, { db, audit })
  await http.ready()

  return {
    http,
    enrolment,
    checkLogs: () => checkHeads(db, ledgerKeys.checkpointSigner),
    begin() {
      sequencer ??= startSequencer({ db, signerOf: ledgerKeys.checkpointSigner, log })
    },
    async close() {
      state.stopping = true
      await http.close()
      await sequencer?.stop()
      await waiting.stop()
      await database.close()
    },
  }
}

function wakeAfter(append: Append, wake: () => void): Append {
  return (tx, item) => {
    onceSettled(tx, (committed) => {
      if (committed) wake()
    })
    return append(tx, item)
  }
}

function foundTenant(
  audit: Audit,
  {
    tenantKeys,
    ledgerKeys,
  }: { tenantKeys: ReturnType<typeof createTenantKeys>; ledgerKeys: ReturnType<typeof createLedgerKeys> },
): EnrolmentDependencies['foundTenant'] {
  return async (tx, tenant, actor) => {
    await createLog(ledgerKeys, tx, tenant.id)
    await tenantKeys.create(tx, tenant.id)
    await audit(tx, actor, {
      action: 'tenant.create',
      resource: `tenant/${tenant.id}`,
      details: { sample: tenant.sample },
    })
  }
}

/** The origin for links and redirects. Without one that is configured, only what the machine itself asked for is believed. */
function originFrom(publicUrl: string | undefined): (request: FastifyRequest) => string {
  return ({ protocol, host, hostname }) => {
    if (publicUrl !== undefined) return publicUrl
    if (isLoopback(hostname)) return `${protocol}://${host}`
    throw new ProblemError('invalid_request', { detail: 'the server doesn’t know its address: set AFTERAI_PUBLIC_URL' })
  }
}

function cookieNames(https: boolean) {
  const prefix = https ? '__Host-' : ''
  return { sessionCookie: `${prefix}afterai_session`, refreshCookie: `${prefix}afterai_refresh`, secure: https }
}

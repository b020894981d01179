import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { assessmentRoutes, evaluationRoutes } from './src/aura/index.ts'
import { changeRoutes, createChangeTracking, systemRoutes } from './src/ace/index.ts'
import { type Audit, createAudit } from './src/audit/audit.ts'
import {
  apiKeyRoutes,
  createCredentialLookup,
  createPasswords,
  createProviderClients,
  createThrottle,
  credentialHasher,
  deviceRoutes,
  type EnrolmentDependencies,
  federationRoutes,
  factorRoutes,
  guardRoutes,
  invitationRoutes,
  memberRoutes,
  ownSessionRoutes,
  proofRoutes,
  sessionRoutes,
  startForgettingGuesses,
  passwordResetRoutes,
  serviceAccountRoutes,
  startPurges,
  startTellingRefusals,
  tenantRoutes,
} from './src/identity/index.ts'
import { createAccountBox, createTenantKeys, type InstanceKeys } from './src/keys/index.ts'
import {
  type CaptureLimits,
  captureLimits,
  createCaptureDoors,
  otlpRoutes,
  telemetryReadRoutes,
  telemetryRoutes,
} from './src/capture/index.ts'
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
  readOutboxLoad,
  type Sequencer,
  startSequencer,
  startWaiting,
} from './src/ledger/index.ts'
import { readStreamLoad, startStreamSender, type StreamSender, streamRoutes } from './src/notify/siem/index.ts'
import {
  createMailQueue,
  createMailTransport,
  type MailSettings,
  type MailWorker,
  startMailWorker,
} from './src/notify/index.ts'
import { createSealRecord, decisionRoutes, recordRoutes } from './src/pacr/index.ts'
import { accessLog, type RequestPrincipal } from './src/platform/access-log.ts'
import { isLoopback } from './src/platform/configuration-kinds.ts'
import type { OutboundPolicy } from './src/platform/outbound-addresses.ts'
import {
  type Connection,
  connectionOptions,
  onceSettled,
  type OpenDatabase,
  openDatabase,
  type Transaction,
} from './src/platform/database.ts'
import { healthRoutes } from './src/platform/health-routes.ts'
import { createHttp, type Http } from './src/platform/http.ts'
import type { Logger } from './src/platform/log.ts'
import { createMetrics, type MetricSources } from './src/platform/metrics/index.ts'
import { traceRequests } from './src/platform/tracing.ts'
import { limitRequests, type RequestRates, startSharedRates } from './src/platform/rate-limits/index.ts'
import { sampleRoutes } from './src/sample/index.ts'
import { trailRoutes } from './src/trail/index.ts'

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
  /** Where audit streams may lead and identity providers may be. */
  readonly outbound: OutboundPolicy
  readonly trustedProxies: readonly string[]
  readonly maxConnections: number
  /** Whether requests that may have crossed a network unencrypted are refused, as in production. */
  readonly onlyOverTls: boolean
  readonly rates: RequestRates
  /** How long it goes on taking requests after `close`, so that load balancers notice. */
  readonly drainMs: number
  /** Where browsers reach it, as an origin; without one, where it listens. By https, cookies are `Secure` and `__Host-` prefixed. */
  readonly publicOrigin: string | undefined
  /** Whether approving a decision needs a session authenticated within the last minutes. */
  readonly stepUpForApproval: boolean
  /** How mails leave, and the address that they name; absent where the instance sends none. */
  readonly mail?: (MailSettings & { readonly publicUrl: string }) | undefined
  /** Bounds of telemetry that differ from the usual ones. */
  readonly captureLimits?: Partial<CaptureLimits>
}

/** A server that is wired up, not yet listening. */
export interface ComposedServer {
  readonly http: Http
  readonly metrics: Registry
  readonly enrolment: EnrolmentDependencies
  /** The logs whose stored tree isn't the one of their newest checkpoint, or that another key signed. */
  checkLogs(): Promise<HeadMismatch[]>
  /** Starts to integrate what the outboxes hold, and to send audit events to where they are streamed. */
  /** Starts to integrate what the outboxes hold, to send mails, to delete what has served its time. */
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
  let streamSender: StreamSender | undefined
  const waiting = startWaiting({ db, connection: connectionOptions(parts.connection), log })
  const append = wakeAfter(createAppend(ledgerKeys.recordSigner, createProducers()), () => sequencer?.wake())
  let mailWorker: MailWorker | undefined
  let purges: ReturnType<typeof startPurges> | undefined
  const audit = createAudit(append)
  const hashCredential = credentialHasher(keys.credentialHash)
  const https = parts.publicOrigin?.startsWith('https:') === true
  const cookies = cookieNames(https)
  const refusals = startTellingRefusals(db, audit)
  const enrolment: EnrolmentDependencies = {
    db,
    audit,
    credentials: createCredentialLookup(database.pool),
    tellRefusal: refusals.tell,
    tokens: keys.session,
    passwords: await createPasswords(),
    hashCredential,
    throttle: createThrottle(db, hashCredential),
    sessionMaxMs: parts.sessionMaxHours * 60 * minuteMs,
    sessionIdleMs: parts.sessionIdleMinutes * minuteMs,
    foundTenant: foundTenant(audit, { tenantKeys, ledgerKeys }),
  }
  const mail = parts.mail && createMailQueue((tx) => onceCommitted(tx, () => mailWorker?.wake()))
  const people = { ...enrolment, mail }

  const http = await createHttp({ ...parts, https, logger: log })
  const state = { stopping: false }
  const metrics = createMetrics(metricSources(database, enrolment.passwords))
  traceRequests(http)
  accessLog(http, { who: whoAsked, onAnswer: metrics.onAnswer })
  const shared = startSharedRates(db, (key) => hashCredential(`rate ${key}`))
  const stopForgetting = startForgettingGuesses(db)
  endConnectionsWhile(http, () => state.stopping)
  guardRoutes(http, {
    ...enrolment,
    cookieName: cookies.sessionCookie,
    publicOrigin: parts.publicOrigin,
    admit: limitRequests(http, { shared, rates: parts.rates }),
  })
  healthRoutes(http, { db, isStopping: () => state.stopping })
  sessionRoutes(http, { ...enrolment, cookies, publicOrigin: parts.publicOrigin })
  const factors = {
    ...enrolment,
    cookies,
    secretBox: createAccountBox(keys.master),
    site: { origin: () => parts.publicOrigin ?? listeningSite(http.listeningOrigin) },
  }
  proofRoutes(http, factors)
  factorRoutes(http, factors)
  ownSessionRoutes(http, enrolment)
  memberRoutes(http, enrolment)
  invitationRoutes(http, people)
  passwordResetRoutes(http, people)
  serviceAccountRoutes(http, enrolment)
  apiKeyRoutes(http, enrolment)
  tenantRoutes(http, people)
  const originOf = originFrom(parts.publicOrigin)
  const clients = createProviderClients(parts.outbound)
  await federationRoutes(http, { ...enrolment, keys: tenantKeys, clients, cookies, publicOrigin: originOf })
  await deviceRoutes(http, { ...enrolment, publicOrigin: originOf })
  logKeyRoutes(http, { db, keys: ledgerKeys })
  ledgerRoutes(http, { db, verifierOf: ledgerKeys.checkpointVerifier })
  const keyHints = async (...[tx, tenantId]: Parameters<typeof readOrigin>) =>
    ledgerKeys.hintsOf(await readOrigin(tx, tenantId))
  trailRoutes(http, { db, audit, keyHints })
  systemRoutes(http, { db, audit, keys: tenantKeys })
  changeRoutes(http, { db, audit, keys: tenantKeys })
  const limits = { ...captureLimits, ...parts.captureLimits }
  const doors = createCaptureDoors({ db, audit, keys: tenantKeys, log, limits, tracking: createChangeTracking(audit) })
  await telemetryRoutes(http, doors)
  await otlpRoutes(http, doors)
  telemetryReadRoutes(http, { db })
  const aura = { db, audit, keys: tenantKeys, importMaxBytes: parts.importMaxMib * mebibyte }
  await evaluationRoutes(http, aura)
  assessmentRoutes(http, aura)
  const pacr = {
    db,
    audit,
    keys: tenantKeys,
    waiting,
    sealRecord: createSealRecord({ audit, append, keys: tenantKeys }),
    keyHints,
  }
  decisionRoutes(http, { ...pacr, stepUpForApproval: parts.stepUpForApproval })
  recordRoutes(http, pacr)
  streamRoutes(http, { db, audit, keys: tenantKeys, policy: parts.outbound })
  sampleRoutes(http, { db, audit })
  await http.ready()

  return {
    http,
    metrics: metrics.registry,
    enrolment,
    checkLogs: () => checkHeads(db, ledgerKeys.checkpointSigner),
    begin() {
      sequencer ??= startSequencer({
        db,
        signerOf: ledgerKeys.checkpointSigner,
        log,
        onBatch: metrics.onLedgerBatch,
      })
      streamSender ??= startStreamSender({ db, keys: tenantKeys, policy: parts.outbound, log })
      purges ??= startPurges({ db, audit, log })
      if (parts.mail === undefined) return
      const { publicUrl } = parts.mail
      mailWorker ??= startMailWorker({
        db,
        transport: createMailTransport(parts.mail),
        issue: enrolment,
        log,
        publicUrl,
      })
    },
    async close() {
      state.stopping = true
      if (parts.drainMs > 0) await sleep(parts.drainMs)
      await http.close()
      await refusals.stop()
      await streamSender?.stop()
      stopForgetting()
      await shared.stop()
      await mailWorker?.stop()
      await purges?.stop()
      await sequencer?.stop()
      await waiting.stop()
      await database.close()
    },
  }
}

function metricSources({ db, pool }: OpenDatabase, passwords: EnrolmentDependencies['passwords']): MetricSources {
  return {
    connections: () => ({ used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    passwordChecks: () => passwords.load(),
    async stored() {
      const { entries, oldestSeconds } = await readOutboxLoad(db)
      const { streams, lagEntries } = await readStreamLoad(db)
      return { outboxEntries: entries, outboxOldestSeconds: oldestSeconds, streams, streamLagEntries: lagEntries }
    },
  }
}

function whoAsked({ caller }: FastifyRequest): RequestPrincipal | undefined {
  if (caller === null) return undefined
  return { tenantId: caller.principal.tenantId, principalId: caller.principal.accountId }
}

// A client whose connection ends with an answer makes the next one elsewhere; one that is cut off sees an error.
function endConnectionsWhile(http: Http, isStopping: () => boolean): void {
  http.addHook('onSend', async (_request, reply) => {
    if (isStopping()) reply.header('connection', 'close')
  })
}

function wakeAfter(append: Append, wake: () => void): Append {
  return (tx, ...items) => {
    onceCommitted(tx, wake)
    return append(tx, ...items)
  }
}

function onceCommitted(tx: Transaction, wake: () => void): void {
  onceSettled(tx, (committed) => {
    if (committed) wake()
  })
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
function originFrom(publicOrigin: string | undefined): (request: FastifyRequest) => string {
  return ({ protocol, host, hostname }) => {
    if (publicOrigin !== undefined) return publicOrigin
    if (isLoopback(hostname)) return `${protocol}://${host}`
    throw new ProblemError('invalid_request', { detail: 'the server doesn’t know its address: set AFTERAI_PUBLIC_URL' })
  }
}

// Browsers make passkeys for names and not for addresses, and take `localhost` for a secure one.
function listeningSite(listeningOrigin: string): string {
  const { port } = new URL(listeningOrigin)
  return `http://localhost:${port}`
}

function cookieNames(https: boolean) {
  const prefix = https ? '__Host-' : ''
  return { sessionCookie: `${prefix}afterai_session`, refreshCookie: `${prefix}afterai_refresh`, secure: https }
}

import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { descriptionRoutes } from './description/description-routes.ts'
import { alarmTeller, refuseStopped, stoppedBy, timelineGuard } from './stopped-logs.ts'
import { assessmentRoutes, evaluationRoutes } from '../aura/index.ts'
import { changeRoutes, systemRoutes } from '../ace/index.ts'
import { type Audit, createAudit } from '../audit/index.ts'
import { createCredentialLookup, credentialHasher, guardRoutes, startTellingRefusals } from '../access/index.ts'
import {
  apiKeyRoutes,
  cookieNames,
  createPasswords,
  createProviderClients,
  createThrottle,
  deviceRoutes,
  type EnrolmentDependencies,
  factorRoutes,
  federationRoutes,
  invitationRoutes,
  memberRoutes,
  ownSessionRoutes,
  passwordResetRoutes,
  proofRoutes,
  serviceAccountRoutes,
  sessionRoutes,
  startForgettingGuesses,
  startPurges,
  tenantRoutes,
} from '../identity/index.ts'
import { createAccountBox, createTenantKeys, type InstanceKeys } from '../keys/index.ts'
import {
  type CaptureLimits,
  captureLimits,
  createCaptureDoors,
  otlpRoutes,
  telemetryReadRoutes,
  telemetryRoutes,
} from '../capture/index.ts'
import {
  checkHeads,
  createAppend,
  createFence,
  createLedgerKeys,
  createLog,
  createLogAlarms,
  createProducers,
  type HeadMismatch,
  ledgerRoutes,
  type LogAlarm,
  type LogAlarms,
  logKeyRoutes,
  type LogMemory,
  lookAtHeads,
  openLogMemory,
  readOrigin,
  readOutboxLoad,
  type Sequencer,
  startLogWatch,
  startSequencer,
  startVerification,
  startWaiting,
  wakeAfter,
  type VerificationPace,
} from '../ledger/index.ts'
import { readStreamLoad, startStreamSender, type StreamSender, streamRoutes } from '../notify/siem/index.ts'
import {
  createMailQueue,
  createMailTransport,
  type MailSettings,
  type MailWorker,
  startMailWorker,
} from '../notify/index.ts'
import { createSealRecord, decisionRoutes, recordRoutes } from '../pacr/index.ts'
import { accessLog, type RequestPrincipal } from '../platform/access-log.ts'
import type { OutboundPolicy } from '../platform/outbound-addresses.ts'
import {
  type Connection,
  connectionOptions,
  onceSettled,
  type OpenDatabase,
  openDatabase,
  type Transaction,
} from '../platform/database.ts'
import { healthRoutes } from '../platform/health-routes.ts'
import { createHttp } from '../platform/http.ts'
import type { Http } from '../platform/http-application.ts'
import type { Logger } from '../platform/log.ts'
import { createMetrics, type MetricSources } from '../platform/metrics/index.ts'
import { traceRequests } from '../platform/request-tracing.ts'
import { listeningSite, originFrom } from '../platform/public-origin.ts'
import { limitRequests, type RequestRates, startSharedRates } from '../platform/rate-limits/index.ts'
import { breakOffBodies, endConnectionsWhile, watchRequests } from '../platform/requests-under-way.ts'
import { sampleRoutes } from '../sample/index.ts'
import { trailRoutes } from '../trail/index.ts'

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
  /** What this process knows of its logs without the database; kept in memory alone if not given. */
  readonly logMemory?: LogMemory | undefined
  /** How often the logs are verified, where it isn't as usual. */
  readonly verificationPace?: VerificationPace | undefined
}

/** A server that is wired up, not yet listening. */
export interface ComposedServer {
  readonly http: Http
  readonly metrics: Registry
  readonly enrolment: EnrolmentDependencies
  /** The logs whose stored tree isn't the one of their newest checkpoint, or that another key signed. */
  checkLogs(): Promise<HeadMismatch[]>
  /** Raises an alarm for each log that has less, or other entries, than this process remembers. */
  lookAtLogs(): Promise<void>
  /** Starts to integrate what the outboxes hold, to send mails, to delete what has served its time. */
  begin(): void
  /** How many requests are being worked on, or answered. */
  requestsUnderWay(): number
  /** Stops taking requests, ends those under way, finishes the ledger's batch, lets go of the database. */
  close(): Promise<void>
}

/** Wires the features together. Whatever one folder needs of a folder below it is handed over here. */
export async function composeServer(parts: ServerParts): Promise<ComposedServer> {
  const { log, keys } = parts
  const onError = (error: Error): void => log.warn({ err: error }, 'a database connection broke')
  const ledgerKeys = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
  const memory = parts.logMemory ?? openLogMemory()
  const onConnect = timelineGuard(memory, { key: ledgerKeys.recordKey, log })
  const database = openDatabase(parts.connection, { poolSize: parts.poolSize, onError, onConnect })
  const { db } = database
  const tenantKeys = createTenantKeys(keys.master)
  let sequencer: Sequencer | undefined
  let streamSender: StreamSender | undefined
  const waiting = startWaiting({ db, connection: connectionOptions(parts.connection), log })
  const fence = createFence(memory, ledgerKeys.recordKey)
  const alarms = createLogAlarms(log, (alarm) => void tellAlarm(alarm))
  const numbered = createAppend(ledgerKeys.recordSigner, createProducers())
  const append = wakeAfter(refuseStopped(numbered, alarms), () => sequencer)
  let mailWorker: MailWorker | undefined
  let purges: ReturnType<typeof startPurges> | undefined
  const audit = createAudit(append)
  const tellAlarm = alarmTeller({ mail: parts.mail, db, audit, log })
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
  const metrics = createMetrics(metricSources(database, { passwords: enrolment.passwords, alarms }))
  traceRequests(http)
  accessLog(http, { who: whoAsked, onAnswer: metrics.onAnswer })
  const shared = startSharedRates(db, (key) => hashCredential(`rate ${key}`))
  const stopForgetting = startForgettingGuesses(db)
  const underWay = watchRequests(http)
  endConnectionsWhile(http, () => state.stopping)
  guardRoutes(http, {
    ...enrolment,
    cookieName: cookies.sessionCookie,
    publicOrigin: parts.publicOrigin,
    admit: limitRequests(http, { shared, rates: parts.rates }),
  })
  healthRoutes(http, { db, isStopping: () => state.stopping, stopped: () => stoppedBy(alarms) })
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
  ledgerRoutes(http, { db, verifierOf: ledgerKeys.checkpointVerifier, alarmOf: alarms.of })
  const keyHints = async (...[tx, tenantId]: Parameters<typeof readOrigin>) =>
    ledgerKeys.hintsOf(await readOrigin(tx, tenantId))
  trailRoutes(http, { db, audit, keyHints })
  systemRoutes(http, { db, audit, keys: tenantKeys })
  changeRoutes(http, { db, audit, keys: tenantKeys })
  const limits = { ...captureLimits, ...parts.captureLimits }
  const doors = createCaptureDoors({ db, audit, keys: tenantKeys, log, limits })
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
  descriptionRoutes(http)
  await http.ready()

  const watched = { db, signerOf: ledgerKeys.checkpointSigner, memory, fence, alarms, log }
  let logWatch: ReturnType<typeof startLogWatch> | undefined
  let verification: ReturnType<typeof startVerification> | undefined

  return {
    http,
    metrics: metrics.registry,
    enrolment,
    checkLogs: () => checkHeads(db, ledgerKeys.checkpointSigner),
    lookAtLogs: () => lookAtHeads(watched),
    begin() {
      logWatch ??= startLogWatch(watched)
      verification ??= startVerification({
        db,
        verifierOf: ledgerKeys.checkpointVerifier,
        acceptanceKey: ledgerKeys.recordKey,
        alarms,
        log,
        onProgress: metrics.onVerified,
        pace: parts.verificationPace,
      })
      sequencer ??= startSequencer({
        db,
        signerOf: ledgerKeys.checkpointSigner,
        log,
        fence,
        alarms,
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
    requestsUnderWay: () => underWay.size,
    async close() {
      state.stopping = true
      if (parts.drainMs > 0) await sleep(parts.drainMs)
      const patience = breakOffBodies(underWay)
      await http.close()
      clearTimeout(patience)
      await refusals.stop()
      await streamSender?.stop()
      stopForgetting()
      await shared.stop()
      await mailWorker?.stop()
      await purges?.stop()
      await verification?.stop()
      await logWatch?.stop()
      await sequencer?.stop()
      await waiting.stop()
      await database.close()
      await memory.stop()
    },
  }
}

function metricSources(
  { db, pool }: OpenDatabase,
  { passwords, alarms }: { passwords: EnrolmentDependencies['passwords']; alarms: LogAlarms },
): MetricSources {
  const countOf = (code: LogAlarm['code']): number =>
    new Set(alarms.all().flatMap((it) => (it.code === code ? [it.tenantId] : []))).size
  return {
    stoppedLogs: () => ({ log_tampered: countOf('log_tampered'), log_went_back: countOf('log_went_back') }),
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

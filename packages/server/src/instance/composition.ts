import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAccess } from '../access/index.ts'
import { createAce } from '../ace/index.ts'
import { createAudit, requireAudits } from '../audit/index.ts'
import { createAura } from '../aura/index.ts'
import { type CaptureLimits, createCapture } from '../capture/index.ts'
import { createIdentity, type EnrolmentDependencies, type Identity } from '../identity/index.ts'
import { createAccountBox, createTenantKeys, type InstanceKeys } from '../keys/index.ts'
import {
  createLedger,
  createLedgerKeys,
  type Ledger,
  type LogMemory,
  openLogMemory,
  readOutboxLoad,
  stoppedBy,
  stoppedLogs,
  timelineGuard,
  type VerificationPace,
} from '../ledger/index.ts'
import { createLive, type LiveLimits } from '../live/index.ts'
import { createMails, type InstanceMail } from '../notify/index.ts'
import { createStreams, readStreamLoad } from '../notify/siem/index.ts'
import { instanceHealthRoutes } from './instance-health.ts'
import { createPacr } from '../pacr/index.ts'
import { createPolicies } from '../policy/index.ts'
import { accessLog, type RequestPrincipal } from '../platform/access-log.ts'
import type { Configuration } from '../platform/configuration.ts'
import { builtConsole, openConsole, releaseIdOf } from '../platform/console-files.ts'
import { consoleRoutes } from '../platform/console-routes.ts'
import { type Connection, type OpenDatabase, openDatabase } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { healthRoutes } from '../platform/health-routes.ts'
import type { Http } from '../platform/http-application.ts'
import { createHttp, httpOptionsOf } from '../platform/http.ts'
import { idempotencyPurges } from '../platform/idempotency.ts'
import { createJobs } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import { createMetrics, type MetricSources } from '../platform/metrics/index.ts'
import { outboundPolicyOf } from '../platform/outbound-addresses.ts'
import type { Purges } from '../platform/purges.ts'
import { traceRequests } from '../platform/request-tracing.ts'
import { breakOffBodies, endConnectionsWhile, watchRequests } from '../platform/requests-under-way.ts'
import { createSample } from '../sample/index.ts'
import { createViews } from '../views/index.ts'
import { createStanding } from '../standing/index.ts'
import { createTrail } from '../trail/index.ts'
import { createWorklist } from '../worklist/index.ts'
import { descriptionRoutes } from './description/description-routes.ts'
import { purging } from './purging.ts'

/** Parts that a server is made of. */
export interface ServerParts {
  readonly connection: Connection
  readonly keys: InstanceKeys
  readonly log: Logger
  readonly configuration: Configuration
  /** How mails leave; absent where the instance sends none. */
  readonly mail?: InstanceMail | undefined
  /** The newest checkpoints of its logs, which this process knows without the database; kept in memory alone if not given. */
  readonly logMemory?: LogMemory | undefined
  /** Bounds of telemetry that differ from the usual ones. */
  readonly captureLimits?: Partial<CaptureLimits> | undefined
  /** Bounds of the streams of events that differ from the usual ones. */
  readonly liveLimits?: Partial<LiveLimits> | undefined
  /** How often the logs are verified, where it isn't as usual. */
  readonly verificationPace?: VerificationPace | undefined
  /** Where the built console lies, if not where its build puts it. */
  readonly consoleFolder?: URL | undefined
}

/** A server that is wired up, not yet listening. */
export interface ComposedServer {
  readonly http: Http
  readonly metrics: Registry
  readonly enrolment: EnrolmentDependencies
  readonly purges: Purges
  readonly checkLogs: Ledger['check']
  readonly lookAtLogs: Ledger['look']
  /** Starts to integrate what the outboxes hold, to send mails, to delete what has served its time. */
  begin(): void
  /** How many requests are being worked on, or answered. */
  requestsUnderWay(): number
  /** Stops taking requests, ends those under way, finishes the ledger's batch, lets go of the database. */
  close(): Promise<void>
}

/** Wires the features together. Whatever one folder needs of a folder below it is handed over here. */
export async function composeServer(parts: ServerParts): Promise<ComposedServer> {
  const { connection, keys: instanceKeys, log, configuration } = parts
  const memory = parts.logMemory ?? openLogMemory()
  const ledgerKeys = createLedgerKeys(instanceKeys.record.privateKey, instanceKeys.log.privateKey)
  const database = openDatabase(connection, {
    poolSize: configuration.databasePoolSize,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
    onConnect: timelineGuard(memory, { key: ledgerKeys.recordKey, log }),
  })
  const { db, pool } = database
  const keys = createTenantKeys(instanceKeys.master)

  const ledger = createLedger({
    db,
    connection,
    keys: ledgerKeys,
    memory,
    log,
    onAlarm: (alarm) => void mails.tellAlarm(alarm),
    onBatch: (batch) => metrics.onLedgerBatch(batch),
    onVerified: (progress) => metrics.onVerified(progress),
    pace: parts.verificationPace,
  })
  const audit = createAudit(ledger.append)
  const { credentialHash: credentialKey, session: tokens, master } = instanceKeys
  const access = createAccess({ db, pool, audit, tokens, credentialKey, configuration })
  const { hashCredential } = access
  const mails = createMails({ db, audit, hashCredential, mail: parts.mail, log, wake: (job) => jobs.wake(job) })
  const identity = await createIdentity({
    db,
    audit,
    access,
    accountSecrets: createAccountBox(master),
    tenantSecrets: keys,
    async foundTenant(tx, tenantId) {
      await ledger.found(tx, tenantId)
      await keys.create(tx, tenantId)
    },
    mail: mails.queue,
    configuration,
  })
  const live = createLive({ db, connection, access, log, limits: parts.liveLimits })
  // Routes are described in this order. What is last ends first, while the ledger still takes what it leaves behind.
  const features: readonly Feature[] = [
    identity,
    ledger,
    createTrail({ db, audit, keyHints: ledger.keyHints }),
    createAce({ db, audit, keys }),
    createCapture({ db, audit, keys, log, limits: parts.captureLimits }),
    createAura({ db, audit, keys, configuration }),
    createPolicies({ db, audit, configuration }),
    createPacr({ db, audit, keys, ledger, configuration }),
    createStanding({ db, audit, ledger, configuration, tell: mails.tellStandings }),
    createWorklist({ db }),
    createStreams({ db, audit, keys, policy: outboundPolicyOf(configuration), log }),
    createSample({ db, audit }),
    live,
    createViews({ db, audit }),
    mails,
    access,
  ]
  const purges: Purges = Object.assign({}, idempotencyPurges, ...features.map((it) => it.purges))
  const metrics = createMetrics(metricSources(database, { identity, ledger }))
  const jobs = createJobs([...features.flatMap((it) => it.jobs ?? []), purging({ db, audit, purges })], {
    log,
    onRun: metrics.onJobRun,
    // One that hangs leaves the others time before the process is cut off.
    patienceMs: configuration.shutdownSeconds * 500,
  })
  metrics.expectJobs(jobs.names)

  const console = await openConsole(parts.consoleFolder ?? builtConsole)
  const http = await createHttp({ ...httpOptionsOf(configuration), logger: log, releaseId: releaseIdOf(console) })
  const state = { stopping: false }
  requireAudits(http)
  traceRequests(http)
  accessLog(http, { who: whoAsked, onAnswer: metrics.onAnswer })
  const underWay = watchRequests(http)
  endConnectionsWhile(http, () => state.stopping)
  access.guard(http)
  healthRoutes(http, { db, isStopping: () => state.stopping, stopped: () => stoppedBy(ledger.alarms) })
  for (const feature of features) await feature.routes?.(http)
  instanceHealthRoutes(http, { db, alarms: ledger.alarms, configuration, sendsMail: parts.mail !== undefined })
  descriptionRoutes(http)
  consoleRoutes(http, console)
  await http.ready()

  return {
    http,
    metrics: metrics.registry,
    enrolment: identity.enrolment,
    purges,
    checkLogs: ledger.check,
    lookAtLogs: ledger.look,
    begin() {
      jobs.begin()
      // Whoever asks for a file meets the failure.
      console?.read().catch((error: unknown) => log.error({ err: error }, 'the console could not be read'))
    },
    requestsUnderWay: () => underWay.size,
    async close() {
      state.stopping = true
      live.end()
      if (configuration.drainSeconds > 0) await sleep(configuration.drainSeconds * 1000)
      const patience = breakOffBodies(underWay)
      await http.close()
      clearTimeout(patience)
      await jobs.stop()
      await database.close()
      await memory.stop()
    },
  }
}

function metricSources(
  { db, pool }: OpenDatabase,
  { identity, ledger }: { identity: Identity; ledger: Ledger },
): MetricSources {
  return {
    stoppedLogs: () => stoppedLogs(ledger.alarms),
    connections: () => ({ used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    passwordChecks: () => identity.enrolment.passwords.load(),
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

import { assessmentRoutes, evaluationRoutes } from './src/aura/index.ts'
import { changeRoutes, systemRoutes } from './src/ace/index.ts'
import { type Audit, createAudit } from './src/audit/audit.ts'
import {
  apiKeyRoutes,
  auditRoutes,
  createPasswords,
  credentialHasher,
  type EnrolmentDependencies,
  guardRoutes,
  invitationRoutes,
  memberRoutes,
  passwordResetRoutes,
  serviceAccountRoutes,
  sessionRoutes,
  startPurges,
  tenantRoutes,
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
import {
  createMailQueue,
  createMailTransport,
  type MailSettings,
  type MailWorker,
  startMailWorker,
} from './src/notify/index.ts'
import { createSealRecord, decisionRoutes, recordRoutes } from './src/pacr/index.ts'
import {
  type Connection,
  connectionOptions,
  onceSettled,
  openDatabase,
  type Transaction,
} from './src/platform/database.ts'
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
  /** How mails leave, and the address that they name; absent where the instance sends none. */
  readonly mail?: (MailSettings & { readonly publicUrl: string }) | undefined
}

/** A server that is wired up, not yet listening. */
export interface ComposedServer {
  readonly http: Http
  readonly enrolment: EnrolmentDependencies
  /** The logs whose stored tree isn't the one of their newest checkpoint, or that another key signed. */
  checkLogs(): Promise<HeadMismatch[]>
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
  const waiting = startWaiting({ db, connection: connectionOptions(parts.connection), log })
  const append = wakeAfter(createAppend(ledgerKeys.recordSigner, createProducers()), () => sequencer?.wake())
  let mailWorker: MailWorker | undefined
  let purges: ReturnType<typeof startPurges> | undefined
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
  const mail = parts.mail && createMailQueue((tx) => onceCommitted(tx, () => mailWorker?.wake()))
  const people = { ...enrolment, mail }

  const http = await createHttp({ logger: log })
  const state = { stopping: false }
  guardRoutes(http, {
    ...enrolment,
    cookieName: cookies.sessionCookie,
  })
  healthRoutes(http, { db, isStopping: () => state.stopping })
  sessionRoutes(http, { ...enrolment, cookies })
  memberRoutes(http, enrolment)
  invitationRoutes(http, people)
  passwordResetRoutes(http, people)
  serviceAccountRoutes(http, enrolment)
  apiKeyRoutes(http, enrolment)
  tenantRoutes(http, people)
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
      await http.close()
      await mailWorker?.stop()
      await purges?.stop()
      await sequencer?.stop()
      await waiting.stop()
      await database.close()
    },
  }
}

function wakeAfter(append: Append, wake: () => void): Append {
  return (tx, item) => {
    onceCommitted(tx, wake)
    return append(tx, item)
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

function cookieNames(https: boolean) {
  const prefix = https ? '__Host-' : ''
  return { sessionCookie: `${prefix}afterai_session`, refreshCookie: `${prefix}afterai_refresh`, secure: https }
}

import type { KeyHints, Signer } from '@afterai/record'
import { type Connection, connectionOptions, type Database, type Transaction } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import type { Logger } from '../platform/log.ts'
import { type Append, createAppend } from './append.ts'
import { createFence } from './fence.ts'
import { ledgerRoutes } from './ledger-routes.ts'
import { createLogAlarms, type LogAlarm, type LogAlarms } from './log-alarms.ts'
import { createLog, type LedgerKeys, logKeyRoutes, readOrigin } from './log-keys.ts'
import { verifierRoute } from './verifier-route.ts'
import type { LogMemory } from './log-memory.ts'
import { lookAtHeads, watchingLogs } from './log-watch.ts'
import { createProducers } from './producers.ts'
import { refuseStopped } from './stopped-logs.ts'
import { type Sequencer, startSequencer } from './sequencer.ts'
import { checkHeads, type HeadMismatch } from './stored-tree.ts'
import { startVerification, type VerificationPace, type VerificationParts } from './verification.ts'
import { type LedgerWaiting, startWaiting } from './waiting.ts'
import { wakeAfter } from './wake-after.ts'

/** Parts that the ledger is made of. */
export interface LedgerParts {
  readonly db: Database
  /** For a connection of its own, on which it hears that logs have grown. */
  readonly connection: Connection
  readonly keys: LedgerKeys
  readonly memory: LogMemory
  readonly log: Logger
  readonly onAlarm: (alarm: LogAlarm) => void
  readonly onBatch: (batch: { entries: number; durationMs: number }) => void
  readonly onVerified: NonNullable<VerificationParts['onProgress']>
  /** How often the logs are verified, where it isn't as usual. */
  readonly pace?: VerificationPace | undefined
}

/** The logs of all tenants: what is appended, signed, served and watched. */
export interface Ledger extends Feature {
  readonly append: Append
  readonly alarms: LogAlarms
  readonly waiting: LedgerWaiting
  /** Signs what else than records is signed by the key of records. */
  readonly recordSigner: Signer
  /** The name of a tenant's log. */
  originOf(tx: Transaction, tenantId: string): Promise<string>
  /** Opens the log of a new tenant, in the transaction that makes the tenant. */
  found(tx: Transaction, tenantId: string): Promise<void>
  /** The keys that a tenant's bundles name. */
  keyHints(tx: Transaction, tenantId: string): Promise<KeyHints>
  /** The logs whose stored tree isn't the one of their newest checkpoint, or that another key signed. */
  check(): Promise<HeadMismatch[]>
  /** Raises an alarm for each log that has less, or other entries, than this process remembers. */
  look(): Promise<void>
}

/** Creates the ledger. Who waits for entries is served at once; the jobs sign, verify and watch. */
export function createLedger(parts: LedgerParts): Ledger {
  const { db, keys, memory, log } = parts
  const fence = createFence(memory, keys.recordKey)
  const alarms = createLogAlarms(log, parts.onAlarm)
  const waiting = startWaiting({ db, connection: connectionOptions(parts.connection), log })
  const signerOf = keys.checkpointSigner
  const watched = { db, signerOf, memory, fence, alarms }
  let sequencer: Sequencer | undefined
  let verification: ReturnType<typeof startVerification> | undefined
  const numbered = createAppend(keys.recordSigner, createProducers())
  return {
    append: wakeAfter(refuseStopped(numbered, alarms), () => sequencer),
    alarms,
    waiting,
    recordSigner: keys.recordSigner,
    originOf: readOrigin,
    found: (tx, tenantId) => createLog(keys, tx, tenantId),
    keyHints: async (tx, tenantId) => keys.hintsOf(await readOrigin(tx, tenantId)),
    check: () => checkHeads(db, signerOf),
    look: () => lookAtHeads(watched),
    routes(http) {
      logKeyRoutes(http, { db, keys })
      verifierRoute(http)
      ledgerRoutes(http, { db, verifierOf: keys.checkpointVerifier, alarmOf: alarms.of })
    },
    jobs: [
      { name: 'wait-for-entries', end: waiting.stop },
      {
        name: 'sequence',
        begin() {
          sequencer = startSequencer({ db, signerOf, log, fence, alarms, onBatch: parts.onBatch })
        },
        end: async () => sequencer?.stop(),
      },
      watchingLogs(watched),
      {
        name: 'verify-logs',
        begin() {
          const { onVerified: onProgress, pace } = parts
          const acceptanceKey = keys.recordKey
          verification = startVerification({
            db,
            verifierOf: keys.checkpointVerifier,
            acceptanceKey,
            alarms,
            log,
            onProgress,
            pace,
          })
        },
        end: async () => verification?.stop(),
      },
    ],
  }
}

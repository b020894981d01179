import type { NoteVerifier, PublicKey } from '@afterai/record'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, withRole } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { readAcceptances } from './acceptance.ts'
import type { LogAlarms } from './log-alarms.ts'
import { readOrigin } from './log-keys.ts'
import {
  endFaults,
  logBegin,
  type LogExtent,
  type LogPosition,
  readExtent,
  unreadableExtent,
  verifyPage,
} from './verify-log.ts'
import { damaged, readOrDamaged } from './damage.ts'

/** How often each log is verified from its first entry. */
const everyMs = 24 * 3_600_000
/** How soon a log is verified again of which something was found. */
const againMs = 60_000
/** It works at most this part of the time: what people wait for comes first. */
const worksOneIn = 10
const mostFaults = 50

/** Dependencies of verifying in the background. */
export interface VerificationParts {
  readonly db: Database
  readonly verifierOf: (origin: string) => NoteVerifier
  /** The key of the records, which signs what an operator accepts. */
  readonly acceptanceKey: PublicKey
  readonly alarms: LogAlarms
  readonly log: Logger
  /** Told of each page and of each pass over all logs. */
  readonly onProgress?: (progress: { entries: number; passed?: { logs: number; stopped: number } }) => void
  readonly pace?: VerificationPace | undefined
}

/** How often the logs are verified, how soon again where something was found, and how much of the time it works at most. */
export interface VerificationPace {
  readonly everyMs?: number
  readonly againMs?: number
  readonly worksOneIn?: number
}

/** Verifies all logs from their first entry: at once, and every day. A log of which something is found is stopped, until it verifies again. */
export function startVerification(parts: VerificationParts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const pace = { everyMs, againMs, worksOneIn, ...parts.pace }
  const run = async (): Promise<void> => {
    for (let passedAt: number | undefined; !signal.aborted;) {
      const isDue = passedAt === undefined || Date.now() - passedAt >= pace.everyMs
      const begun = Date.now()
      const done = await pass({ ...parts, pace, signal }, isDue).catch((error: unknown) => {
        parts.log.warn({ err: error }, 'the logs could not be verified; it is tried again')
        return false
      })
      if (done && isDue) passedAt = begun
      await sleep(pace.againMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

interface Pass extends VerificationParts {
  readonly pace: { readonly worksOneIn: number }
  readonly signal: AbortSignal
}

/** One pass over all logs, or over those that are stopped. Answers whether it came to its end. */
async function pass(parts: Pass, all: boolean): Promise<boolean> {
  const { db, alarms, signal, onProgress } = parts
  const logs = await withRole(db, 'afterai_sequencer', (tx) =>
    tx.selectFrom('ledger_log').select('tenant_id').orderBy('tenant_id').execute(),
  )
  const due = logs.map((log) => log.tenant_id).filter((it) => all || alarms.isStoppedBy(it, 'verification'))
  for (const tenantId of due) {
    const faults = await verifyLog(parts, tenantId)
    if (signal.aborted) return false
    if (faults.length === 0) alarms.clear(tenantId, 'verification')
    else alarms.raise(tenantId, 'verification', faults)
  }
  if (all) onProgress?.({ entries: 0, passed: { logs: due.length, stopped: alarms.all().length } })
  return true
}

/** Verifies one log to the end that it had when this began. Answers what was found and not accepted. */
async function verifyLog(parts: Pass, tenantId: string): Promise<string[]> {
  const { db, verifierOf, acceptanceKey, alarms, signal } = parts
  const begin = await withRole(db, 'afterai_sequencer', async (tx) => {
    const known = [verifierOf(await readOrigin(tx, tenantId))]
    const accepted = (await readAcceptances(tx, tenantId, acceptanceKey)).flatMap(({ faults }) => faults)
    const extent = await readOrDamaged(tx, () => readExtent(tx, tenantId))
    return { known, accepted: new Set(accepted), extent: extent === damaged ? undefined : extent }
  })
  if (begin.extent === undefined) return [unreadableExtent]
  const isNew = (fault: string): boolean => !begin.accepted.has(fault)
  const faults = endFaults(begin.extent).filter(isNew)
  for await (const found of pages(parts, tenantId, { ...begin, extent: begin.extent })) {
    faults.push(...found.filter(isNew))
    // Not only at the end of a log that takes hours.
    if (faults.length > 0) alarms.raise(tenantId, 'verification', faults.slice(0, mostFaults))
    if (signal.aborted) break
  }
  return faults.slice(0, mostFaults)
}

async function* pages(
  { db, pace, signal, onProgress }: Pass,
  tenantId: string,
  { extent, known }: { extent: LogExtent; known: readonly NoteVerifier[] },
): AsyncGenerator<string[]> {
  for (let position: LogPosition = logBegin; position.size < extent.end && !signal.aborted;) {
    const start = performance.now()
    const at = { position, end: extent.end, known }
    const page = await withRole(db, 'afterai_sequencer', (tx) => verifyPage(tx, tenantId, at))
    onProgress?.({ entries: page.position.size - position.size })
    position = page.position
    yield page.faults
    const pauseMs = (performance.now() - start) * (pace.worksOneIn - 1)
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

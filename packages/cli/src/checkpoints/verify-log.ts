import { appendLeaf, decodeEntries, emptyFrontier, followNumbers, hashLeaf, RecordError, rootOf } from '@afterai/record'
import type { Frontier, ProducerNumbers } from '@afterai/record'
import type { Api } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { type AuditPart, auditParts } from './audit-parts.ts'
import { type CheckedLog, growthFrom, verified } from './check-log.ts'
import type { VerifiedPart } from './verified-logs.ts'

/** How often what was verified is kept while it goes on. */
const keepEveryMs = 2_000
/** Faults that are told; the rest is counted. */
const mostFaults = 1_000

/** How far a verification is. */
export interface LogProgress {
  readonly size: number
  /** 0 as long as it isn't known. */
  readonly end: number
}

/** The findings of a log's verification. */
export interface LogFindings {
  readonly size: number
  readonly checkpoints: number
  /** Departures from what was signed, in words. */
  readonly faults: readonly string[]
  /** Reasons why it is not complete, in words. */
  readonly gaps: readonly string[]
}

/** How a verification is made. */
export interface VerificationOrder {
  readonly api: Api
  /** The checkpoint to verify up to, where there is one that could be verified. */
  readonly head: CheckedLog | undefined
  /** The part that was verified before, and is known to be what the log begins with. */
  readonly before: VerifiedPart | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: LogProgress) => void
  /** Keeps what was verified up to here without a fault. */
  readonly keep: (part: VerifiedPart) => Promise<void>
}

/** Whether a log, found to continue what was kept of it, begins with the very entries that were verified. */
export async function beginsWith(api: Api, head: CheckedLog, { tree, checkpoint }: VerifiedPart): Promise<boolean> {
  const covered = verified(head, checkpoint).size
  if (tree.size === 0n || tree.size > covered || tree.size > head.size) return false
  const { isContinued } = await growthFrom(api, head, { size: tree.size, root: rootOf(tree) })
  return isContinued
}

/**
 * Verifies a log entry by entry: hashes each as the server shows it, and demands that they give the root that was signed. The server looks
 * at what it alone can see: stored hashes, tiles, every checkpoint, and the numbers of producers. Memory is bounded by a page.
 */
export async function verifyLog(order: VerificationOrder): Promise<LogFindings> {
  const { api, head, before, signal, onProgress, keep } = order
  const walk = createWalk(before)
  let keptAt = Date.now()
  const keepNow = async (): Promise<void> => {
    keptAt = Date.now()
    const part = head && walk.part(head)
    if (part !== undefined) await keep(part)
  }
  const span = { position: before?.position, end: head && Number(head.size), signal }
  try {
    for await (const part of auditParts(api, span)) {
      walk.take(part)
      onProgress({ size: part.line.size, end: part.line.end })
      if (Date.now() - keptAt >= keepEveryMs) await keepNow()
    }
  } catch (error) {
    await keepNow()
    throw error
  }
  if (head !== undefined) walk.demand(head)
  await keepNow()
  return walk.findings()
}

interface Walk {
  take(part: AuditPart): void
  /** Demands that the entries are those that a checkpoint was signed for. */
  demand(head: CheckedLog): void
  /** Gives the part that was verified up to here; undefined where there is nothing new, or a fault: it is to be found again the next time. */
  part(head: CheckedLog): VerifiedPart | undefined
  findings(): LogFindings
}

function createWalk(before: VerifiedPart | undefined): Walk {
  const numbers: ProducerNumbers = before?.numbers ?? followNumbers()
  const start = Number(before?.tree.size ?? 0n)
  let size = start
  let tree: Frontier | undefined = before?.tree ?? emptyFrontier
  let checkpoints = before?.checkpoints ?? 0
  let position = before?.position
  const faults: string[] = []
  const incomplete: string[] = []
  let untold = 0
  const blame = (fault: string): void => void (faults.length < mostFaults ? faults.push(fault) : (untold += 1))
  return {
    take({ line, bundle }) {
      if (line.from !== size || line.size < size || (line.size === size && line.size < line.end)) throw outOfOrder()
      line.faults.forEach(blame)
      const next = tree && bundle && grown(tree, bundle, line.size - size)
      if (tree !== undefined && next === undefined && line.faults.length === 0)
        blame(`entries ${size} to ${line.size - 1} are not shown`)
      tree = next
      for (const [producer, seen] of Object.entries(line.producers)) numbers.add(producer, seen)
      incomplete.push(...line.incomplete)
      checkpoints += line.checkpoints
      ;({ size, position } = line)
    },
    demand(head) {
      const { root } = verified(head, head.checkpoint)
      if (size < head.size) return blame(`it ends after ${size} entries; ${head.size} were signed`)
      const isSigned = tree !== undefined && Buffer.compare(rootOf(tree), root) === 0
      if (!isSigned && faults.length === 0)
        blame(`the entries that the server shows are not the ${head.size} that it signed: they give another root`)
    },
    part(head) {
      if (faults.length > 0 || tree === undefined || position === undefined || size === start) return undefined
      const { vkey, checkpoint } = head
      return { vkey, checkpoint, tree, checkpoints, numbers, position, at: new Date().toISOString() }
    },
    findings: () => ({
      size,
      checkpoints,
      faults: untold === 0 ? faults : [...faults, `${untold} more`],
      gaps: [...numbers.faults(), ...incomplete],
    }),
  }
}

/** The tree with the entries of a bundle; undefined where it doesn't hold so many. */
function grown(tree: Frontier, bundle: Uint8Array, count: number): Frontier | undefined {
  const entries = entriesOf(bundle)
  return entries?.length === count ? entries.reduce((it, entry) => appendLeaf(it, hashLeaf(entry)), tree) : undefined
}

function entriesOf(bundle: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return decodeEntries(bundle)
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}

function outOfOrder(): CommandFailure {
  return new CommandFailure('failed', 'The server answered out of order: its lines do not follow one another.', {
    remedy: 'Use the afterai command of the same version as the server.',
  })
}

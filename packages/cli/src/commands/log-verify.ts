import type { LogAudit } from '@afterai/contract'
import { ApiProblem } from '../api/problem.ts'
import { checkLog, type CheckedLog } from '../checkpoints/check-log.ts'
import { keepVerified, readVerifiedLogs, type VerifiedPart } from '../checkpoints/verified-logs.ts'
import { beginsWith, type LogProgress, verifyLog } from '../checkpoints/verify-log.ts'
import { CommandFailure, messageOf } from '../command-failure.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { during, type ServerContext } from './leaf.ts'

interface VerifyOptions {
  readonly fromStart?: boolean
}

/** A verdict on a log, and what of it was verified by an earlier run. */
interface LogVerdict extends LogAudit {
  readonly verifiedBefore: { readonly entries: number; readonly at: string } | null
}

/** `log verify`: entry by entry, from where the last run came to. */
export async function verifyWholeLog(
  context: ServerContext,
  { fromStart = false }: VerifyOptions,
): Promise<'ok' | 'failed'> {
  const { api, out, settings } = context
  const { url, verifiedFile } = settings
  const kept = await readVerifiedLogs(verifiedFile)
  if (kept.isDamaged) out.remark(`What was kept of earlier runs is damaged, and not used: ${verifiedFile}.`)
  // What was kept binds the log, also where all is verified again.
  const head = await headOf(context, (origin) => kept.of(url, origin))
  const earlier = head && kept.of(url, head.origin)
  const before = fromStart ? undefined : await usable(context, head, earlier)
  const entries = Number(before?.tree.size ?? 0n)
  if (before !== undefined) out.remark(`Going on after ${entries} entries, which were verified by ${before.at}.`)
  const progress = createProgress(entries)
  const findings = await interruptible(progress, head !== undefined, (signal) =>
    during(context, progress.label, () =>
      verifyLog({
        api,
        head,
        before,
        signal,
        onProgress: progress.move,
        keep: (part) => keepVerified(verifiedFile, url, head?.origin ?? '', part),
      }),
    ),
  )
  const verdict: LogVerdict = {
    size: findings.size,
    checkpoints: findings.checkpoints,
    intact: findings.faults.length === 0,
    complete: findings.gaps.length === 0,
    faults: [...findings.faults, ...findings.gaps],
    verifiedBefore: before === undefined ? null : { entries, at: before.at },
  }
  out.answer({ json: verdict, value: verdict }, { lines: (it) => verdictLines(it, out.paint) })
  out.remark('Keep checkpoints elsewhere, and verify records with `record verify`: both need no server to be believed.')
  return verdict.intact && verdict.complete ? 'ok' : 'failed'
}

async function headOf(
  context: ServerContext,
  kept: (origin: string) => VerifiedPart | undefined,
): Promise<CheckedLog | undefined> {
  const { remark } = context.out
  try {
    return await checkLog({ ...context, remark }, { kept })
  } catch (error) {
    // What can't be read is told with its place by the verification.
    if (!(error instanceof ApiProblem) || error.code !== 'storage_damaged') throw error
    remark('The newest checkpoint could not be held against the one seen before: a part of the log can’t be read.')
    return undefined
  }
}

/** Gives the part that an earlier run verified, if the log is proved to begin with it. Otherwise it saves nothing, and all is verified. */
async function usable(
  { api, out }: ServerContext,
  head: CheckedLog | undefined,
  earlier: VerifiedPart | undefined,
): Promise<VerifiedPart | undefined> {
  if (head === undefined || earlier === undefined) return undefined
  if (await beginsWith(api, head, earlier)) return earlier
  out.remark('What was kept of the last run is not what the log begins with: all of it is verified again.')
  return undefined
}

/** The progress of a run, shown while it goes on. */
interface Progress {
  readonly move: (progress: LogProgress) => void
  readonly label: () => string
  /** How far it is, in words. */
  readonly told: () => string
}

function createProgress(from: number): Progress {
  const begun = performance.now()
  let at: LogProgress = { size: from, end: 0 }
  const told = (): string => {
    const { size, end } = at
    return `${grouped(size)}${end === 0 ? '' : ` of ${grouped(end)}`} entries`
  }
  return {
    move: (progress) => void (at = progress),
    told,
    label() {
      const perSecond = Math.round(((at.size - from) * 1_000) / (performance.now() - begun))
      return `Verifying the log: ${told()}, ${grouped(perSecond)}/s`
    },
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}

/** Runs what Ctrl-C may end, and says how far it came where it is ended or nothing more comes. */
async function interruptible<T>(
  { told }: Progress,
  isKept: boolean,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  process.once('SIGINT', stop)
  try {
    return await work(stopping.signal)
  } catch (cause) {
    const isInterrupted = stopping.signal.aborted
    if (!isInterrupted && !(cause instanceof CommandFailure && cause.exit === 'unreachable')) throw cause
    throw new CommandFailure(
      isInterrupted ? 'interrupted' : 'unreachable',
      isInterrupted ? 'The verification was interrupted.' : messageOf(cause),
      {
        lines: [`Verified so far: ${told()}.`],
        remedy: isKept ? 'Run `afterai log verify` again: it goes on from there.' : 'Run `afterai log verify` again.',
        cause,
      },
    )
  } finally {
    process.off('SIGINT', stop)
  }
}

function verdictLines(verdict: LogVerdict, paint: Paint): string[] {
  const { size, checkpoints, intact, complete, faults, verifiedBefore } = verdict
  const answer = (isGood: boolean): string => paint(isGood ? 'good' : 'bad', isGood ? 'yes' : 'no')
  return [
    ...properties([
      ['entries', String(size)],
      ['verified before', verifiedBefore && `${verifiedBefore.entries}, by ${verifiedBefore.at}`],
      ['checkpoints', String(checkpoints)],
      ['intact', answer(intact)],
      ['complete', answer(complete)],
    ]),
    ...faults.map((fault) => `${paint('bad', 'FAULT')}  ${printable(fault)}`),
  ]
}

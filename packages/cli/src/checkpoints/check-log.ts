import { logKeysView } from '@afterai/contract'
import {
  decodeBase64,
  parseCheckpoint,
  parseVkey,
  RecordError,
  type SignedCheckpoint,
  verifyCheckpoint,
  verifyConsistency,
} from '@afterai/record'
import { z } from 'zod'
import type { Api } from '../api/api.ts'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import type { Settings } from '../settings.ts'
import { printable } from '../terminal/style.ts'
import { knownOrigins, rememberCheckpoint, type SeenCheckpoint } from './seen-checkpoints.ts'

const growthView = z.object({ checkpoint: z.string(), hashes: z.array(z.string()) })

/** A log that was found to continue what was seen of it before. */
export interface CheckedLog {
  readonly origin: string
  readonly vkey: string
  readonly size: bigint
  /** The signed checkpoint, as a note. */
  readonly checkpoint: string
  /** The size that was remembered; undefined for a log that was never seen. */
  readonly before: bigint | undefined
}

/** Where to ask, and where what was seen is kept. */
export interface LogSource {
  readonly api: Api
  readonly settings: Settings
  readonly remark: (text: string) => void
}

/**
 * Holds the log that the server shows against the newest checkpoint that was verified here before, and remembers the new one.
 * The key is trusted on first use. Answers undefined for a log without a checkpoint that was never seen with one.
 * @param besides.exported a checkpoint that the server gave out besides, such as the one of a bundle: the log must continue it too
 * @param besides.kept what else was kept of the log of an origin: it must continue that too, under the same key
 * @throws {CommandFailure} `inconsistent` for a log that became smaller or another, `unknown_key` for another key
 */
export async function checkLog(
  { api, settings: { url, seenFile: path }, remark }: LogSource,
  { exported, kept = () => undefined }: Besides = {},
): Promise<CheckedLog | undefined> {
  const { value: keys } = await api.call('getLogKeys', logKeysView)
  const others = (await knownOrigins(path, url)).filter((origin) => origin !== keys.origin)
  const own = kept(keys.origin)
  let before: bigint | undefined
  const seen = await rememberCheckpoint({ path, url, origin: keys.origin }, async (last) => {
    const known = [last, own].filter((it) => it !== undefined)
    for (const { vkey } of known) if (vkey !== keys.logVkey) throw otherKey(keys.origin, vkey, keys.logVkey)
    before = last && parseCheckpoint(last.checkpoint).size
    const earlier = [...known.map(({ checkpoint }) => checkpoint), exported].filter((it) => it !== undefined)
    return newest(api, { origin: keys.origin, vkey: keys.logVkey }, earlier)
  })
  if (seen === undefined) return undefined
  if (before === undefined)
    remark(
      `The log ${printable(keys.origin)} is seen for the first time: its key is trusted from now on.${others.length > 0 ? ` Logs of this server that were seen before: ${others.join(', ')}.` : ''}`,
    )
  const { vkey, checkpoint } = seen
  return { origin: keys.origin, vkey, size: parseCheckpoint(checkpoint).size, checkpoint, before }
}

/** Further checkpoints that a log must continue, besides the one seen of it. */
interface Besides {
  readonly exported?: string | undefined
  readonly kept?: (origin: string) => SeenCheckpoint | undefined
}

function otherKey(origin: string, known: string, shown: string): CommandFailure {
  return new CommandFailure('unknown_key', `unknown_key: the log ${printable(origin)} shows another key.`, {
    lines: [`known  ${known}`, `shown  ${printable(shown)}`],
    remedy: 'Ask whoever runs the server, another way than through it.',
  })
}

type Log = Pick<CheckedLog, 'origin' | 'vkey'>

async function newest(api: Api, log: Log, earlier: readonly string[]): Promise<SeenCheckpoint | undefined> {
  const note = await readCheckpoint(api)
  if (note === undefined) {
    if (earlier[0] !== undefined) throw inconsistent(log, 'it has no checkpoint any more', earlier[0])
    return undefined
  }
  let head = verified(log, note)
  for (const old of earlier.map((it) => verified(log, it))) head = await continued(api, log, { old, head })
  return { vkey: log.vkey, checkpoint: noteOf(head) }
}

/** Demands that the log begins with what an earlier checkpoint covers; answers the newest checkpoint, which may be newer by now. */
async function continued(api: Api, log: Log, { old, head }: { old: Shown; head: Shown }): Promise<Shown> {
  if (head.size < old.size) throw inconsistent(log, `it has ${head.size} entries, and had ${old.size}`, old.note)
  if (old.size === 0n) return head
  const { shown, isContinued } = await growthFrom(api, log, old)
  if (!isContinued)
    throw inconsistent(log, `its first ${old.size} entries are not those that were signed before`, old.note)
  // The checkpoint that was shown first must be of the same history as the one that came with the proof.
  if (shown.size === head.size && Buffer.compare(shown.root, head.root) !== 0)
    throw inconsistent(log, `two checkpoints of ${head.size} entries differ`, old.note)
  return shown
}

/** Asks for the proof that the log begins with a tree; answers whether it does, and the signed checkpoint that it was proved for. */
export async function growthFrom(
  api: Api,
  log: Log,
  old: Pick<Shown, 'size' | 'root'>,
): Promise<{ shown: Shown; isContinued: boolean }> {
  const { value } = await api.call('proveGrowth', growthView, { query: { from: Number(old.size) } })
  const shown = verified(log, value.checkpoint)
  const isContinued = verifyConsistency({
    size1: old.size,
    size2: shown.size,
    root1: old.root,
    root2: shown.root,
    proof: value.hashes.map((hash) => decodeBase64(hash)),
  })
  return { shown, isContinued }
}

/** A checkpoint whose signature was verified. */
export interface Shown extends Pick<SignedCheckpoint, 'size' | 'root'> {
  readonly note: string
}

function noteOf({ note }: Shown): string {
  return note
}

/** Reads a checkpoint of a log. @throws {CommandFailure} `invalid_signature` for one that the log's key didn't sign */
export function verified({ origin, vkey }: Log, note: string): Shown {
  try {
    const checkpoint = parseCheckpoint(note)
    if (checkpoint.origin !== origin) throw new RecordError('unknown_key', `it is of the log ${checkpoint.origin}`)
    verifyCheckpoint(checkpoint, [parseVkey(vkey)])
    return { size: checkpoint.size, root: checkpoint.root, note }
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause
    throw new CommandFailure(
      'invalid_signature',
      `invalid_signature: a checkpoint of ${printable(origin)} is not signed by it.`,
      {
        lines: [printable(cause.message)],
        cause,
      },
    )
  }
}

async function readCheckpoint(api: Api): Promise<string | undefined> {
  try {
    const { bytes } = await api.request('getCheckpoint')
    return new TextDecoder().decode(bytes)
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined
    throw error
  }
}

/** The refusal of a log that isn't the one seen before, with the checkpoint that proves it. */
export function inconsistent({ origin }: Pick<Log, 'origin'>, what: string, kept: string): CommandFailure {
  return new CommandFailure(
    'inconsistent',
    `inconsistent: the log ${printable(origin)} is not the one seen before: ${what}.`,
    {
      lines: [
        'The checkpoint that was kept:',
        ...kept
          .trimEnd()
          .split('\n')
          .map((line) => `  ${printable(line)}`),
      ],
      remedy:
        'The server was restored from an older backup, or shows others another history. Ask whoever runs it, and keep this checkpoint: it is the proof.',
    },
  )
}

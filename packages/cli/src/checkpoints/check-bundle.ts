import { parseBundle, parseCheckpoint, parseTlogProof, RecordError } from '@afterai/record'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import { checkLog, inconsistent, type LogSource, verified } from './check-log.ts'
import { knownOrigins, seenAnywhere, type SeenCheckpoint } from './seen-checkpoints.ts'

const remedy = 'Make a key that has it: afterai key create NAME --scope record:read --scope log:read'

/**
 * Holds the log that a bundle is of against what was seen of it before. A caller without `log:read` gets the bundle unchecked where
 * that loses nothing: its proof can be verified offline, and its log was never seen, nor any other of this server, that it might be a
 * fork of. Elsewhere a server could switch the check off by refusing.
 * @throws {CommandFailure} `forbidden` with the scope that is missing, and what `checkLog` throws
 */
export async function checkBundle(source: LogSource, bundle: Uint8Array): Promise<void> {
  const checkpoint = checkpointOf(bundle)
  try {
    await checkLog(source, { exported: checkpoint?.note })
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.permission !== 'log:read') throw cause
    if (checkpoint === undefined) throw withoutScope('the bundle has no proof that can be verified offline', cause)
    const { seenFile, url } = source.settings
    const seen = await seenAnywhere(seenFile, checkpoint.origin)
    if (seen.map((last) => isAsSeen(checkpoint, last)).includes(true)) return
    if (seen.length > 0) throw withoutScope('its log was seen before, and must be checked for a fork', cause)
    if ((await knownOrigins(seenFile, url)).length > 0)
      throw withoutScope('a log of this server was seen before, and must be checked for a fork', cause)
    source.remark(
      `The log is not checked for a fork: this credential lacks log:read. The bundle can be verified offline. ${remedy}`,
    )
  }
}

/**
 * Whether a bundle's checkpoint covers the very entries of one that was seen; of two sizes only the log's server can prove it.
 * @throws {CommandFailure} `invalid_signature` where another key signed it, `inconsistent` where its entries are others
 */
function isAsSeen({ origin, note }: BundleCheckpoint, { vkey, checkpoint }: SeenCheckpoint): boolean {
  const [shown, kept] = [verified({ origin, vkey }, note), verified({ origin, vkey }, checkpoint)]
  if (shown.size !== kept.size) return false
  if (Buffer.compare(shown.root, kept.root) === 0) return true
  throw inconsistent({ origin }, `its ${shown.size} entries are not those that were signed before`, checkpoint)
}

/** Makes the failure that says which scope is missing, and how to come by it. */
export function withoutScope(why: string, cause?: unknown): CommandFailure {
  return new CommandFailure('forbidden', `This credential lacks the scope log:read, and ${why}.`, { remedy, cause })
}

interface BundleCheckpoint {
  readonly origin: string
  readonly note: string
}

/** The checkpoint of a bundle, or undefined where the bundle is of no known form; `record verify` says so then. */
function checkpointOf(bytes: Uint8Array): BundleCheckpoint | undefined {
  try {
    const note = parseTlogProof(parseBundle(bytes).tlogProof).checkpoint
    return { origin: parseCheckpoint(note).origin, note }
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}

import { parseBundle, parseTlogProof, RecordError } from '@afterai/record'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import { checkLog, type LogSource } from './check-log.ts'
import { knownOrigins } from './seen-checkpoints.ts'

const remedy = 'Make a key that has it: afterai key create NAME --scope record:read --scope log:read'

/**
 * Holds the log that a bundle is of against what was seen of it before. A caller without `log:read` gets the bundle unchecked where
 * that loses nothing: its proof can be verified offline, and no log of this server was seen that it might be a fork of.
 * Elsewhere a server could switch the check off by refusing.
 * @throws {CommandFailure} `forbidden` with the scope that is missing, and what `checkLog` throws
 */
export async function checkBundle(source: LogSource, bundle: Uint8Array): Promise<void> {
  const checkpoint = checkpointOf(bundle)
  try {
    await checkLog(source, checkpoint)
  } catch (cause) {
    if (!(cause instanceof ApiProblem) || cause.permission !== 'log:read') throw cause
    const { seenFile, url } = source.settings
    const isSeen = (await knownOrigins(seenFile, url)).length > 0
    if (isSeen) throw withoutScope('the log of this server was seen before, and must be checked for a fork', cause)
    if (checkpoint === undefined) throw withoutScope('the bundle has no proof that can be verified offline', cause)
    source.remark(
      `The log is not checked for a fork: this credential lacks log:read. The bundle can be verified offline. ${remedy}`,
    )
  }
}

/** What says which scope is missing, and how to come by it. */
export function withoutScope(why: string, cause?: unknown): CommandFailure {
  return new CommandFailure('forbidden', `This credential lacks the scope log:read, and ${why}.`, { remedy, cause })
}

/** The checkpoint of a bundle, or undefined where the bundle is of no known form; `record verify` says so then. */
function checkpointOf(bytes: Uint8Array): string | undefined {
  try {
    return parseTlogProof(parseBundle(bytes).tlogProof).checkpoint
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}

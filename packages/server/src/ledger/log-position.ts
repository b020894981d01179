import { ProblemError } from '@afterai/contract'
import { z } from 'zod'
import type { LogPosition } from './verify-log.ts'

const hashBytes = 32
const index = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const form = z.strictObject({ size: index, signed: index, lostAt: index.optional(), tree: z.base64url().optional() })

/** A position as its asker keeps it and asks with again: the server remembers nothing of who verifies. */
export function writePosition({ size, signed, lostAt, tree }: LogPosition): string {
  const edge = tree && Buffer.concat(tree.hashes).toString('base64url')
  return Buffer.from(JSON.stringify({ size, signed, lostAt, tree: edge })).toString('base64url')
}

/**
 * Reads a position. Whoever makes one up deceives nobody else: it says from where on the log is verified for them.
 * @throws ProblemError `invalid_cursor`
 */
export function readPosition(text: string): LogPosition {
  const { data } = form.safeParse(jsonOf(text))
  if (data === undefined) throw new ProblemError('invalid_cursor')
  const { size, signed, lostAt, tree } = data
  if (tree === undefined) return { size, signed, lostAt, tree: undefined }
  const edge = Buffer.from(tree, 'base64url')
  // A tree's right edge has a hash for each bit of its size that is set.
  const count = size.toString(2).replaceAll('0', '').length
  if (edge.length !== count * hashBytes) throw new ProblemError('invalid_cursor')
  const hashes = Array.from({ length: count }, (_, at) => edge.subarray(at * hashBytes, (at + 1) * hashBytes))
  return { size, signed, lostAt, tree: { size: BigInt(size), hashes } }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { logAuditLine, type LogAuditLine } from '@afterai/contract'
import { type Api, readAnswer } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { type ByteReader, readBytes } from './byte-reader.ts'

/** Answers in a row that bring nothing before it is given up. */
const TRIES = 3
/** A page of the longest entries that there may be. */
const mostEntryBytes = 128 * 2 ** 20

/** From where to where a log is verified. */
export interface AuditSpan {
  /** The position that an earlier answer gave; without it, from the first entry. */
  readonly position: string | undefined
  readonly end: number | undefined
  readonly signal: AbortSignal
}

/** A line, and the entries that it is about; undefined where the server doesn't show them. */
export interface AuditPart {
  readonly line: LogAuditLine
  readonly bundle: Uint8Array | undefined
}

/**
 * Reads what the server finds in its log, part by part, to the end. An answer that is cut is asked for again from the last part on that came
 * whole, as is one that the server ended before the log's end.
 * @throws {CommandFailure} `unreachable` when nothing more comes
 */
export async function* auditParts(api: Api, { position, end, signal }: AuditSpan): AsyncGenerator<AuditPart> {
  for (let failures = 0; ;) {
    const before = position
    try {
      const body = await api.open('auditLog', { query: { position, end, entries: 'true' }, signal })
      for await (const part of partsOf(readBytes(body))) {
        position = part.line.position
        yield part
        if (part.line.size >= part.line.end) return
      }
      throw new Error('the answer ended')
    } catch (cause) {
      if (cause instanceof CommandFailure || signal.aborted) throw cause
      failures = position === before ? failures + 1 : 0
      if (failures === TRIES)
        throw new CommandFailure('unreachable', 'The answer of the server was cut off.', { cause })
      await sleep(200 * 2 ** failures)
    }
  }
}

/** The parts that came whole. */
async function* partsOf(reader: ByteReader): AsyncGenerator<AuditPart> {
  for (let text = await reader.line(); text !== undefined; text = await reader.line()) {
    const line = readLine(text)
    const length = line.entryBytes ?? undefined
    if (length !== undefined && length > mostEntryBytes)
      throw new CommandFailure('failed', 'The server announced more entries than a page can hold.')
    const bundle = length === undefined ? undefined : await reader.bytes(length)
    if (length !== undefined && bundle === undefined) return
    yield { line, bundle }
  }
}

function readLine(text: string): LogAuditLine {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // Read below as what it is: nothing that is known.
  }
  return readAnswer(logAuditLine, json).value
}

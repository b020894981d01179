import { setTimeout as sleep } from 'node:timers/promises'
import { logAuditLine, type LogAuditLine } from '@afterai/contract'
import { type Api, readAnswer } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'

/** Answers in a row that bring nothing before it is given up. */
const TRIES = 3
/** More than a page of the longest entries that there may be. */
const longestLine = 128 * 2 ** 20

/** From where to where a log is verified. */
export interface AuditSpan {
  /** What an earlier answer gave; without it, from the first entry. */
  readonly position: string | undefined
  readonly end: number | undefined
  readonly signal: AbortSignal
}

/**
 * What the server finds in its log, line by line, to the end. An answer that is cut is asked for again from the last line on that came
 * whole, as is one that the server ended before the log's end.
 * @throws {CommandFailure} `unreachable` when nothing more comes
 */
export async function* auditLines(api: Api, { position, end, signal }: AuditSpan): AsyncGenerator<LogAuditLine> {
  const path = '/v1/log/audit'
  for (let failures = 0; ;) {
    const before = position
    try {
      const body = await api.open({ method: 'GET', path, query: { position, end, entries: 'true' }, signal })
      for await (const text of linesOf(body)) {
        const line = readLine(text)
        position = line.position
        yield line
        if (line.size >= line.end) return
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

function readLine(text: string): LogAuditLine {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // Read below as what it is: nothing that is known.
  }
  return readAnswer(logAuditLine, json).value
}

/** The lines of a body. What stands after the last line's end isn't one: it was cut. */
async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let begun: string[] = []
  let length = 0
  for await (const chunk of body) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    begun.push(first)
    for (const next of others) {
      yield begun.join('')
      begun = [next]
      length = 0
    }
    length += chunk.length
    if (length > longestLine) throw new CommandFailure('failed', 'The server answered with a line that has no end.')
  }
}

import { importCsv, type ImportResult, importJsonl, importPromptfoo } from '@afterai/evidence'
import { isUtf8 } from 'node:buffer'
import { createHash, createHmac } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportJob, ImportOutcome } from './import-file.ts'
import { packRun } from './packed-run.ts'

const importers = { csv: importCsv, jsonl: importJsonl, promptfoo: importPromptfoo }
const lineFeed = 0x0a

parentPort?.postMessage(await pack(read(workerData as ImportJob)))

async function pack(result: ImportResult): Promise<ImportOutcome> {
  return result.ok ? { ok: true, packed: await packRun(result.run) } : result
}

/** Bytes that aren't UTF-8 are refused: decoded loosely, two ids that differ in them would become one. */
function read({ bytes, format, options, digestKey }: ImportJob): ImportResult {
  if (!isUtf8(bytes)) {
    const fault = { code: 'not_utf8', text: 'not UTF-8; save the file as UTF-8', line: firstBrokenLine(bytes) } as const
    return { ok: false, faults: [fault], more: 0 }
  }
  const source = {
    text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    digest: (text: string) => `hmac-${createHmac('sha256', digestKey).update(text).digest('hex').slice(0, 40)}`,
  }
  return importers[format](source, options)
}

/** The 1-based line that holds the first byte that isn't UTF-8. A line feed is never part of another character. */
function firstBrokenLine(bytes: Uint8Array): number {
  let line = 1
  let start = 0
  for (;;) {
    const end = bytes.indexOf(lineFeed, start)
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line
    line += 1
    start = end + 1
  }
}

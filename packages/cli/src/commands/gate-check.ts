import { readFile } from 'node:fs/promises'
import { type Configuration, digestKeyView, fingerprintOf } from '@afterai/contract'
import {
  type GateSummaryReport,
  type GateSummaryVerdict,
  importPublicKeys,
  RecordError,
  verifyGateSummary,
} from '@afterai/record'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { digestConfiguration, type DigestKey } from '../observe/digest-files.ts'
import { readConfiguration } from '../observe/read-configuration.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import type { LocalContext } from './leaf.ts'

interface CheckOptions {
  readonly system: string
  readonly environment: string
  readonly from: string
  readonly recordKey: readonly string[]
}

/** The meaning of each verdict of `gate check`, in the words of the reference. */
const summaryMeanings: Readonly<Record<GateSummaryVerdict, readonly [exit: ExitName, meaning: string]>> = {
  open: ['ok', 'this configuration may be deployed'],
  malformed: ['malformed', 'the file holds no summary, or not exactly one'],
  unknown_key: ['unknown_key', 'it was signed with another key than those given'],
  invalid_signature: ['invalid_signature', 'its signature does not fit what it signs'],
  foreign: ['gateForeign', 'it is for something else'],
  not_yet_valid: ['gateNotYetValid', 'it lies ahead of this clock'],
  expired: ['gateExpired', 'its time is over'],
}

/** Checks a configuration against a saved summary by keys that are given, without a server, and answers the exit code of the verdict. */
export async function checkSummary({ out }: LocalContext, file: string, options: CheckOptions): Promise<ExitName> {
  const keys = (await Promise.all(options.recordKey.map(readKeys))).flat()
  const saved = await readSaved(file)
  const configuration = await digestedConfiguration(options.from, saved.digestKey)
  const { system, environment } = options
  const fingerprint = fingerprintOf(configuration).slice('sha256:'.length)
  const report = verifyGateSummary(saved.summary, keys, { system, environment, fingerprint, at: new Date() })
  const [exit] = summaryMeanings[report.verdict]
  out.answer(
    { json: report, value: report },
    { lines: (it) => summaryLines(it, out.paint), quiet: (it) => [it.verdict] },
  )
  return exit
}

function summaryLines({ verdict, detail, facts }: GateSummaryReport, paint: Paint): string[] {
  const [, meaning] = summaryMeanings[verdict]
  return properties([
    ['gate', `${paint(verdict === 'open' ? 'good' : 'bad', verdict.replaceAll('_', ' '))}: ${meaning}`],
    ['because', printable(detail)],
    ['answer', facts && facts.answer.replaceAll('_', ' ')],
    ['record', facts && facts.recordId],
    ['issued', facts && facts.issuedAt],
    ['holds until', facts && facts.validUntil],
  ])
}

async function readKeys(path: string) {
  const text = await readText(path)
  try {
    return importPublicKeys(text)
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause
    throw new CommandFailure('usage', `${path} holds no public key.`, { lines: [printable(cause.message)], cause })
  }
}

/** A file of `gate --save`: the summary, unread, and what is needed to compute the fingerprint of the same files without the server. */
const savedGate = z.object({ summary: z.unknown(), digestKey: digestKeyView })

async function readSaved(path: string): Promise<{ readonly summary: unknown; readonly digestKey: DigestKey }> {
  let json: unknown
  try {
    json = JSON.parse(await readText(path))
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause
    throw new CommandFailure('malformed', `${path} holds no summary: it is no JSON.`, { cause })
  }
  const read = savedGate.safeParse(json)
  if (read.success) return read.data
  throw new CommandFailure('malformed', `${path} holds no summary.`, {
    remedy: 'Make one: afterai gate --system NAME --from afterai.yaml --save gate.json',
  })
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read (${Object(cause).code}).`, { cause })
  }
}

async function digestedConfiguration(from: string, key: DigestKey): Promise<Configuration> {
  const local = await readConfiguration({ from })
  if (local.mcp.size > 0) {
    throw new CommandFailure('usage', 'The file names MCP servers, which are not asked without the server.', {
      remedy: 'Leave them out with: afterai gate --no-mcp --save, and check against a file without mcp:.',
    })
  }
  return digestConfiguration(local, key)
}

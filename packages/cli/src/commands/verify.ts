import { createReadStream } from 'node:fs'
import {
  createTrust,
  RecordError,
  type verdictExitCodes,
  type StepResult,
  verifyBundle,
  type Trust,
  verificationLimits,
  type VerificationReport,
} from '@afterai/record'
import type { Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { disclosedAssessmentLines } from '../sealed-assessments.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { gather, leaf, locally, withQuiet, type LocalContext, type Mount } from './leaf.ts'

interface VerifyOptions {
  readonly recordKey: readonly string[]
  readonly logVkey: readonly string[]
  readonly since?: string
}

/** The meaning of each verdict of `record verify`, in the words of the reference. */
export const verdictMeanings: Readonly<Record<keyof typeof verdictExitCodes, string>> = {
  valid: 'the record is as it was sealed',
  malformed: 'the file is not a bundle, or not exactly one',
  unknown_key: 'it was signed with keys other than those given',
  invalid_signature: 'a signature does not fit what it signs',
  invalid_inclusion: 'the record is not in the log',
  inconsistent: 'the log does not continue the checkpoint given with --since',
  unwitnessed: 'too few witnesses have seen the log',
  payload_mismatch: 'what is disclosed is not what was sealed',
  payload_erased: 'a section is said to be erased; nothing proves it yet, all other proofs hold',
}

/** `record verify`: needs the bundle and the pinned keys, and no server. */
export function addVerifyCommand(record: Command, mount: Mount): void {
  withQuiet(
    leaf(record, 'verify <bundle>', {
      description:
        'Verify an exported record against keys that you trust. Asks no server; the exit code is the verdict.',
      examples: ['afterai record verify record.json --record-key keys/record-key.pem --log-vkey keys/log.vkey'],
    }),
    'the verdict',
  )
    .requiredOption('--record-key <file>', 'public key of records, PEM; may be repeated', gather)
    .requiredOption('--log-vkey <vkey>', 'key of the log, or a file that holds it; may be repeated', gather)
    .option('--since <file>', 'a checkpoint that you kept: the log must continue it')
    .action(locally(mount, verify))
}

async function verify({ out }: LocalContext, path: string, options: VerifyOptions): Promise<number> {
  const trust = await readTrust(options)
  const bytes = await readUpTo(path, verificationLimits.bundleBytes + 1)
  const report = verifyBundle(bytes, trust)
  // Of a bundle that doesn't hold nothing is shown that it says.
  const assessed = report.verdict === 'valid' ? disclosedAssessmentLines(bytes) : []
  // The position holds big integers, which JSON has no form for but text.
  const json: unknown = JSON.parse(
    JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  )
  out.answer(
    { json, value: report },
    { lines: (it) => storyOf(it, assessed, out.paint), quiet: ({ verdict }) => [verdict] },
  )
  return report.exitCode
}

async function readTrust({ recordKey, logVkey, since }: VerifyOptions): Promise<Trust> {
  const pems = await Promise.all(recordKey.map(readPinned))
  const vkeys = await Promise.all(logVkey.map(readVkey))
  const earlier = since === undefined ? {} : { earlierCheckpoint: await readPinned(since) }
  try {
    return createTrust({
      recordKeys: pems.map((bytes) => new TextDecoder().decode(bytes)),
      logVkeys: vkeys.flat(),
      ...earlier,
    })
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause
    throw new CommandFailure('usage', 'What you trust cannot be used.', { lines: [printable(cause.message)], cause })
  }
}

/** A vkey has two plus signs: `<name>+<key id>+<key>`; a path that looks like this has to be written `./path`. */
async function readVkey(text: string): Promise<string[]> {
  if (/^[^+\s/.][^+\s]*\+[0-9a-f]{8}\+\S+$/.test(text)) return [text]
  const lines = new TextDecoder().decode(await readPinned(text)).split('\n')
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

async function readPinned(path: string): Promise<Uint8Array> {
  const most = verificationLimits.pinnedBytes
  const bytes = await readUpTo(path, most + 1)
  if (bytes.length > most)
    throw new CommandFailure('usage', `${path} is over ${most} bytes: it is no key or checkpoint.`)
  return bytes
}

/** The first bytes of a file, which may have no end: a device or a pipe. */
async function readUpTo(path: string, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { end: most - 1 })) chunks.push(chunk)
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read (${Object(cause).code}).`, { cause })
  }
  return Buffer.concat(chunks)
}

function storyOf(
  { verdict, steps, statement, position }: VerificationReport,
  assessed: readonly string[],
  paint: Paint,
): string[] {
  const isGood = verdict === 'valid'
  return [
    ...steps.flatMap((it) => stepLines(it, paint)),
    '',
    ...(statement?.kind === 'pacr' ? factsOf(statement.facts, position) : []),
    ...(assessed.length === 0 ? [] : [...assessed, '']),
    `verdict  ${paint(isGood ? 'good' : 'bad', verdict)}: ${verdictMeanings[verdict]}`,
  ]
}

function stepLines({ step, outcome, sentence, detail, comparison }: StepResult, paint: Paint): string[] {
  const marks = { passed: `${paint('good', 'ok')}   `, failed: `${paint('bad', 'FAIL')} `, unchecked: '-    ' }
  const line = `${marks[outcome]} ${step.padEnd(11)} ${sentence}: ${printable(detail)}`
  if (outcome !== 'failed' || comparison === null) return [line]
  const indent = ' '.repeat(18)
  return [
    line,
    `${indent}${comparison.what}, expected: ${printable(comparison.expected)}`,
    `${indent}${comparison.what}, computed: ${printable(comparison.computed)}`,
  ]
}

type PacrFacts = Extract<NonNullable<VerificationReport['statement']>, { kind: 'pacr' }>['facts']

function factsOf(facts: PacrFacts, position: VerificationReport['position']): string[] {
  return [
    ...properties([
      ['record', facts.recordId],
      ['decided', `${facts.decision}: ${facts.decisionDetail}, ${facts.decidedAt}`],
      ['risk', facts.riskLevel],
      ['sealed', facts.sealedAt],
      ['log', position && `${printable(position.origin)}, index ${position.index} of ${position.size}`],
    ]),
    '',
  ]
}

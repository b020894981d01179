import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  changeView,
  type Configuration,
  fingerprintOf,
  type Gate,
  type GateAnswer,
  gateSummaryView,
  gateView,
  digestKeyView,
} from '@afterai/contract'
import {
  type GateSummaryReport,
  type GateSummaryVerdict,
  importPublicKey,
  RecordError,
  verifyGateSummary,
} from '@afterai/record'
import { Option, type Command } from 'commander'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { digestConfiguration, type DigestKey } from '../observe/digest-files.ts'
import { readConfiguration } from '../observe/read-configuration.ts'
import { writePrivateFile } from '../private-file.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import {
  during,
  gather,
  leaf,
  type LocalContext,
  locally,
  online,
  readPositiveInteger,
  serverLeaf,
  withQuiet,
  type Mount,
  type ServerContext,
} from './leaf.ts'
import { readDigestKey, tellConfiguration, type TellingOptions } from './tell-configuration.ts'

interface GateOptions extends TellingOptions {
  readonly system: string
  readonly environment: string
  readonly from: string
  readonly plan?: string
  readonly revision?: string
  readonly wait?: number
  readonly save?: string
  readonly validHours?: number
}

/** `gate`: whether a configuration may be deployed. */
export function addGateCommands(program: Command, mount: Mount): void {
  const gate = program
    .command('gate')
    .description('Whether a configuration may be deployed: before the deployment, in your pipeline.')
  withQuiet(
    withPlace(
      serverLeaf(gate, 'ask', {
        isDefault: true,
        summary: 'Ask whether a configuration may be deployed.',
        description:
          'Ask whether a configuration may be deployed: whether a sealed decision covers exactly this one, holds, and still begins from what runs. The exit code is the answer. Your pipeline chooses what it does then; AfterAI stops nothing by itself.',
        examples: [
          'afterai gate --system support-bot --from afterai.yaml',
          'afterai gate --system support-bot --from afterai.yaml --plan "Move to the small model" --wait 30m',
          'afterai gate --system support-bot --from afterai.yaml --save gate.json',
        ],
      }),
    ),
    'the answer',
  )
    .option('--plan <title>', 'where nothing plans it, open a change that does')
    .option('--revision <name>', 'with --plan: commit or build')
    .option('--wait <time>', 'wait for the decision, as 90s, 30m or 2h', readDuration)
    .option('--save <file>', 'where it is open, keep a signed summary for `gate check`, in a file for you alone')
    .addOption(
      new Option('--valid-hours <n>', 'with --save: for how long (default: 24)').argParser(readPositiveInteger),
    )
    .option('--mcp', 'ask the MCP servers of the file for their tools')
    .option('--no-mcp', 'leave the MCP servers of the file out')
    .action(online(mount, askGate))

  withQuiet(
    withPlace(
      leaf(gate, 'check <summary>', {
        summary: 'Check a configuration against a summary, without the server.',
        description:
          'Check a configuration against a summary that `gate --save` kept, with a key that you trust. Asks no server; the exit code is the verdict.',
        examples: ['afterai gate check gate.json --system support-bot --from afterai.yaml --record-key record-key.pem'],
      }),
    ),
    'the verdict',
  )
    .requiredOption('--record-key <file>', 'public key of records, PEM; may be repeated', gather)
    .action(locally(mount, checkSummary))
}

function withPlace(command: Command): Command {
  return command
    .requiredOption('--system <name>', 'the system')
    .option('--environment <name>', 'where it is to run', 'production')
    .requiredOption('--from <file>', 'the configuration; a file as for `observe --from`')
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function readDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([smh])$/.exec(text) ?? []
  const ms = Number(count) * (unitMs[unit] ?? 0)
  if (ms > 0 && ms <= 86_400_000) return ms
  throw new CommandFailure('usage', `${printable(text)} is no time to wait.`, {
    remedy: 'Write it as 90s, 30m or 2h; a day at most.',
  })
}

/** The name of the exit code of each answer. */
const exitOf: Readonly<Record<GateAnswer, ExitName>> = {
  covered: 'ok',
  accepted_baseline: 'ok',
  exempt: 'ok',
  standard: 'ok',
  emergency: 'ok',
  undecided: 'gateUndecided',
  after_the_fact: 'gateAfterTheFact',
  contrary: 'gateContrary',
  expired: 'gateExpired',
  review_due: 'gateReviewDue',
  stale: 'gateStale',
}

async function askGate(context: ServerContext, options: GateOptions): Promise<ExitName> {
  const { api, out } = context
  const configuration = await tellConfiguration(context, options)
  const { system, environment } = options
  const question = { system, environment, configuration }
  const ask = () => api.call('askGate', gateView, { body: question })
  let answer = await ask()
  if (options.plan !== undefined && !answer.value.open && answer.value.changeId === null) {
    await openPlan(context, { question, gate: answer.value, title: options.plan, revision: options.revision })
    answer = await ask()
  }
  if (options.wait !== undefined && isWaiting(answer.value))
    answer = await waitFor(context, { ask, first: answer, forMs: options.wait })
  if (options.save !== undefined && answer.value.open)
    await saveSummary(context, { question, options, file: options.save })
  out.answer(answer, { lines: (gate) => gateLines(gate, out.paint), quiet: (gate) => [gate.answer] })
  return exitOf[answer.value.answer]
}

interface Question {
  readonly system: string
  readonly environment: string
  readonly configuration: Configuration
}

async function openPlan(
  { api, out }: ServerContext,
  { question, gate, title, revision }: { question: Question; gate: Gate; title: string; revision: string | undefined },
): Promise<void> {
  const { system, environment, configuration: after } = question
  const changeTypes = gate.changeTypes.length === 0 ? ['other' as const] : gate.changeTypes
  const body = { system, environment, title, changeTypes, after, origin: 'ci' as const, revision }
  const { value } = await api.call('recordChange', changeView, { body })
  out.remark(`Opened change ${value.id}, which waits for: afterai ace confirm ${value.id}`)
}

/** Whether a decision that is still to come can open it. */
function isWaiting({ answer }: Gate): boolean {
  return answer === 'undecided' || answer === 'after_the_fact' || answer === 'stale'
}

const askEveryMs = 5_000

async function waitFor<T extends { readonly value: Gate }>(
  context: ServerContext,
  { ask, first, forMs }: { ask: () => Promise<T>; first: T; forMs: number },
): Promise<T> {
  const end = Date.now() + forMs
  let last = first
  const left = (): string =>
    `waiting for a decision, ${Math.ceil((end - Date.now()) / 60_000)} min left: ${last.value.needs ?? ''}`
  return during(context, left, async () => {
    while (isWaiting(last.value) && Date.now() < end) {
      await sleep(Math.min(askEveryMs, Math.max(end - Date.now(), 0)))
      last = await ask()
    }
    return last
  })
}

/** A summary, and what is needed to compute the fingerprint of the same files without the server. */
const savedGate = z.object({ summary: gateSummaryView, digestKey: digestKeyView })

async function saveSummary(
  context: ServerContext,
  { question, options, file }: { question: Question; options: GateOptions; file: string },
): Promise<void> {
  const body = { ...question, validHours: options.validHours }
  const { value: summary } = await context.api.call('summariseGate', gateSummaryView, { body })
  const saved = { summary, digestKey: await readDigestKey(context) }
  await writePrivateFile(file, saved).catch((cause: unknown) => {
    throw new CommandFailure('failed', `${file} cannot be written (${Object(cause).code}).`, { cause })
  })
  context.out.remark(`Kept a signed summary in ${file}. It holds the key of digests as well: keep it to yourself.`)
}

function gateLines(gate: Gate, paint: Paint): string[] {
  const { open, answer, reason, needs, delta } = gate
  const lines = properties([
    ['gate', `${paint(open ? 'good' : 'bad', open ? 'open' : 'shut')}: ${answer.replaceAll('_', ' ')}`],
    ['because', printable(reason)],
    ['next', needs && printable(needs)],
    ['configuration', gate.fingerprint.slice(0, 19)],
    ['change', changeIn(gate)],
    ['record', gate.recordId],
    ['decided', gate.decidedAt],
    ['by', gate.decidedBy.length === 0 ? null : printable(gate.decidedBy.join(', '))],
    ['holds until', gate.validUntil],
    ['policy', `version ${gate.policyVersion}`],
  ])
  if (delta.length === 0) return lines
  const rows = delta.map((it) => [it.path, shown(it.before), '->', shown(it.after)])
  return [...lines, '', ...table(['would change', 'runs', '', 'then'], rows)]
}

function changeIn({ changeId, changeTitle }: Gate): string | null {
  return changeId === null || changeTitle === null ? changeId : `${changeId} ${printable(changeTitle)}`
}

function shown(value: Gate['delta'][number]['before']): string {
  return value === null ? '(none)' : printable(String(value))
}

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

async function checkSummary({ out }: LocalContext, file: string, options: CheckOptions): Promise<ExitName> {
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
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----\n?/g) ?? [text]
  try {
    return pems.map((pem) => importPublicKey(pem))
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause
    throw new CommandFailure('usage', `${path} holds no public key.`, { lines: [printable(cause.message)], cause })
  }
}

async function readSaved(path: string): Promise<{ readonly summary: unknown; readonly digestKey: DigestKey }> {
  let json: unknown
  try {
    json = JSON.parse(await readText(path))
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause
    throw new CommandFailure('malformed', `${path} holds no summary: it is no JSON.`, { cause })
  }
  const read = savedGate.extend({ summary: z.unknown() }).safeParse(json)
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

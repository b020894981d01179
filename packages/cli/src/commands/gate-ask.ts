import { setTimeout as sleep } from 'node:timers/promises'
import {
  changeView,
  type Configuration,
  type Gate,
  type GateAnswer,
  gateSummaryView,
  gateView,
} from '@afterai/contract'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { writePrivateFile } from '../private-file.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { during, type ServerContext } from './leaf.ts'
import { readDigestKey, tellConfiguration, type TellingOptions } from './tell-configuration.ts'

/** What `gate ask` is told: `wait` in milliseconds, `validHours` of a summary that is saved. */
export interface GateOptions extends TellingOptions {
  readonly system: string
  readonly environment: string
  readonly from: string
  readonly plan?: string
  readonly revision?: string
  readonly wait?: number
  readonly save?: string
  readonly validHours?: number
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

/** Asks whether a configuration may be deployed, plans and waits as told, and answers the exit code. */
export async function askGate(context: ServerContext, options: GateOptions): Promise<ExitName> {
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

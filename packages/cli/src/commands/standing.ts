import {
  acceptedBaselineView,
  runView,
  type RunView,
  type Standing,
  type StandingName,
  standings,
  type Standings,
  standingsView,
} from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { ListOptions } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { printable, type Paint, type Tone } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'
import { showApprovers } from './approvers.ts'
import { optionalInstant } from './instant-option.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface StatusOptions {
  readonly system?: string
  readonly environment?: string
  readonly at?: string
}

/** `status`, `history` and `accept`: whether what runs may run. */
export function addStandingCommands(program: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(program, 'status', {
      summary: 'Tell whether what runs may run, the worst first.',
      description:
        'Tell whether what runs may run, the worst first: by which record, and what needs somebody. Ends with 0 only if nothing is overdue, contrary, deviating or broken.',
      examples: ['afterai status', 'afterai status --system support-bot', 'afterai status --at 2026-10-03T12:00Z'],
    }),
    'systems and environments that need somebody',
  )
    .option('--system <name>', 'only of this system')
    .option('--environment <name>', 'only of this environment')
    .option('--at <instant>', 'as it was then (default: now)')
    .action(online(mount, showStatus))

  withPaging(
    serverLeaf(program, 'history <system>', {
      description: 'List what ran, by which change, and who decided; the newest first.',
      examples: [
        'afterai history support-bot',
        'afterai history support-bot --at 2026-10-03T12:00Z',
        'afterai history support-bot --approvers --at 2026-10-03T12:00Z',
        'afterai history support-bot --environment staging --from 2026-10-01 --to 2026-11-01 --csv',
      ],
    }),
  )
    .option('--environment <name>', 'where (default: production)')
    .option('--at <instant>', 'what ran then, as it was known then')
    .option('--from <instant>', 'what ran since')
    .option('--to <instant>', 'what ran until')
    .option('--csv', 'print it as CSV')
    .addOption(
      new Option('--approvers', 'who could approve a change there, now or at --at').conflicts([
        'from',
        'to',
        'csv',
        'all',
        'limit',
        'cursor',
      ]),
    )
    .action(online(mount, showHistory))

  serverLeaf(program, 'accept <system>', {
    summary: 'Accept what runs, where no change led to it.',
    description:
      'Accept what an environment runs with, where no change led to it: what ran first, or before AfterAI. What a change led to is decided on instead.',
    examples: ['afterai accept support-bot --reason "It has served since spring, and was reviewed then."'],
  })
    .option('--environment <name>', 'where (default: production)')
    .requiredOption('--reason <text>', 'why')
    .action(online(mount, accept))
}

async function showStatus({ api, out }: ServerContext, options: StatusOptions): Promise<ExitName> {
  const query = { ...options, at: optionalInstant(options.at, '--at') }
  const answer = await api.call('listStandings', standingsView, { query })
  out.answer(answer, {
    lines: (it) => statusLines(it, out.paint),
    quiet: ({ items }) => items.flatMap((it) => (it.needs === null ? [] : [`${it.system} ${it.environment}`])),
  })
  return answer.value.ok ? 'ok' : 'wrongStanding'
}

const tones: Readonly<Record<StandingName, Tone>> = {
  contrary: 'bad',
  condition_broken: 'bad',
  deviating: 'bad',
  overdue: 'bad',
  review_due: 'doubtful',
  awaiting: 'doubtful',
  authorised: 'good',
  accepted_baseline: 'good',
  exempt: 'quiet',
}

function statusLines({ items, counts }: Standings, paint: Paint): string[] {
  if (items.length === 0) {
    return ['Nothing was seen to run yet. Tell what runs: afterai observe --system NAME --from afterai.yaml']
  }
  const rows = items.map((it) => [
    paint(tones[it.standing], wordsOf(it.standing)),
    it.system,
    it.environment,
    minuteOf(it.since),
    it.due === null ? null : minuteOf(it.due),
    it.recordId ?? it.changeId,
  ])
  const total = standings.flatMap((name) => (counts[name] === 0 ? [] : [`${counts[name]} ${wordsOf(name)}`]))
  return [
    ...table(['standing', 'system', 'environment', 'since', 'due', 'record or change'], rows),
    ...items.flatMap((it) => (it.needs === null ? [] : needLines(it, paint))),
    '',
    total.join(', '),
  ]
}

function needLines({ system, environment, reason, needs, deviation, ...it }: Standing, paint: Paint): string[] {
  const what = it.fingerprint === null && it.changeTitle !== null ? `, ${printable(it.changeTitle)}` : ''
  const differing = deviation.map(
    ({ path, before, after }) => `    ${path}: decided ${shown(before)}, runs ${shown(after)}`,
  )
  return [
    '',
    `${paint('strong', `${system} in ${environment}${what}`)}: ${printable(reason)}`,
    ...differing,
    `  ${printable(needs ?? '')}`,
  ]
}

function shown(value: string | number | boolean | null): string {
  return value === null ? 'nothing' : printable(String(value))
}

function wordsOf(standing: StandingName): string {
  return standing.replaceAll('_', ' ')
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

interface HistoryOptions extends ListOptions {
  readonly environment?: string
  readonly at?: string
  readonly from?: string
  readonly to?: string
  readonly csv?: boolean
  readonly approvers?: boolean
}

async function showHistory({ api, out }: ServerContext, name: string, options: HistoryOptions): Promise<void> {
  const { environment, at, from, to, csv, approvers, ...paging } = options
  if (approvers === true) return showApprovers({ api, out }, name, { environment, at })
  const query = {
    environment,
    at: optionalInstant(at, '--at'),
    from: optionalInstant(from, '--from'),
    to: optionalInstant(to, '--to'),
  }
  const answer = await api.list('getHistory', runView, paging, { path: { name }, query })
  out.answer(answer, {
    lines: ({ items }) => (csv === true ? csvLines(items) : historyLines(items, at !== undefined, out.paint)),
    quiet: ({ items }) => items.map(({ fingerprint }) => fingerprint),
  })
  if (answer.value.nextCursor !== null) out.remark('There is more: --all, or --cursor with nextCursor of --json.')
}

function historyLines(runs: readonly RunView[], isInstant: boolean, paint: Paint): string[] {
  if (runs.length === 0) {
    return [isInstant ? 'Nothing was known to run there then.' : 'Nothing was seen to run there.']
  }
  return table(
    ['from', 'until', 'standing', 'configuration', 'by', 'decided by', 'what'],
    runs.map((it) => [
      minuteOf(it.startedAt),
      it.endedAt === null ? 'now' : minuteOf(it.endedAt),
      paint(tones[it.standing], wordsOf(it.standing)),
      it.fingerprint.slice(7, 19),
      it.openedByName && printable(it.openedByName),
      it.approvedBy.map(printable).join(', ') || null,
      `${it.reversesChangeId === null ? '' : 'back: '}${printable(it.changeTitle ?? 'what ran first')}`,
    ]),
  )
}

const columns = [
  'environment',
  'startedAt',
  'endedAt',
  'knownAt',
  'fingerprint',
  'standing',
  'changeId',
  'changeTitle',
  'openedByName',
  'reversesChangeId',
  'recordId',
  'decision',
  'decidedAt',
] as const satisfies readonly (keyof RunView)[]

function csvLines(runs: readonly RunView[]): string[] {
  const rows = runs.map((it) => [...columns.map((column) => it[column] ?? ''), it.approvedBy.join('; ')])
  return [[...columns, 'approvedBy'], ...rows].map((cells) => cells.map(csvCell).join(','))
}

/** A cell as RFC 4180 writes it, which a spreadsheet doesn't take for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

async function accept(
  { api, out }: ServerContext,
  system: string,
  { environment = 'production', reason }: { environment?: string; reason: string },
): Promise<void> {
  const { value } = await api.call('listStandings', standingsView, { query: { system, environment } })
  const fingerprint = value.items.find((it) => it.fingerprint !== null)?.fingerprint ?? null
  if (fingerprint === null) {
    throw new CommandFailure('failed', `${system} was never seen in ${environment}.`, {
      remedy: `Tell what runs: afterai observe --system ${system} --environment ${environment} --from afterai.yaml`,
    })
  }
  const path = { name: system, environment }
  const body = { fingerprint, reason }
  out.answer(await api.call('acceptBaseline', acceptedBaselineView, { path, body }), {
    lines: (it) => [`Accepted: ${it.system} in ${it.environment} runs with ${it.fingerprint.slice(0, 19)}.`],
  })
}

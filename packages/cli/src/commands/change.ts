import type { Input } from '@afterai/client'
import {
  changeClass,
  changeStatus,
  changeTypes,
  changeView,
  determinationsView,
  intent,
  lifeView,
  risk,
  type Change,
  type Configuration,
} from '@afterai/contract'
import { Option, type Command } from 'commander'
import { findId } from '../api/find-one.ts'
import type { Api, ListOptions } from '../api/api.ts'
import { person } from '../terminal/person.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { shownValue } from '../terminal/value.ts'
import { addDetermineCommand, determinationLines } from './determination.ts'
import { addLifeCommands, lifeLines } from './life.ts'
import type { TellingOptions } from './tell-configuration.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

type NewChange = Input<'recordChange'>['body']
type Risk = NonNullable<NewChange['risk']>

type RiskOptions = Partial<Risk>

interface CreateOptions extends RiskOptions {
  readonly system: string
  readonly environment?: string
  readonly title: string
  readonly type: NewChange['changeTypes']
  readonly intent?: NewChange['intent']
  readonly class?: NewChange['changeClass']
  readonly revision?: string
  readonly after?: string
  readonly mcp?: boolean
  readonly insecureHttp?: boolean
}

/** `ace`: AI Change Events. */
export function addChangeCommands(program: Command, mount: Mount): void {
  const ace = program.command('ace').description('AI Change Events (ACE): what changed, and what people say of it.')

  withPaging(
    serverLeaf(ace, 'list', {
      description: 'List changes, newest first.',
      examples: ['afterai ace list', 'afterai ace list --status pending --system support-bot'],
    }),
  )
    .addOption(new Option('--status <status>', 'only these').choices(changeStatus.options))
    .option('--system <name>', 'only of this system')
    .action(online(mount, listChanges))

  serverLeaf(ace, 'show <id>', {
    description: 'Show a change: what differs, its risk, what people determined, and where its life stands.',
    examples: ['afterai ace show 01980a2c'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = { id: await changeIdOf(api, given) }
      const answer = await api.call('getChange', changeView, { path })
      const { value: determined } = await api.call('listDeterminations', determinationsView, { path })
      const { value: life } = await api.call('getLife', lifeView, { path })
      out.answer(answer, {
        lines: (change) => [
          ...changeLines(change, out.paint),
          '',
          ...determinationLines(determined, out.paint),
          '',
          ...lifeLines(life, out.paint),
        ],
      })
    }),
  )

  addCreate(ace, mount)
  addLifeCommands(ace, mount, changeIdOf)
  addDetermineCommand(ace, mount, changeIdOf)

  withRisk(
    serverLeaf(ace, 'confirm <id>', {
      description: 'Say that a change is real, and how much is at stake.',
      examples: ['afterai ace confirm 01980a2c --severity high --blast-radius single_app --customer-impact material'],
    }),
  ).action(
    online(mount, async ({ api, out }, given: string, options: RiskOptions) => {
      const path = { id: await changeIdOf(api, given) }
      const answer = await api.call('confirmChange', changeView, { path, body: { risk: riskOf(options) } })
      out.answer(answer, { lines: (change) => changeLines(change, out.paint) })
    }),
  )

  serverLeaf(ace, 'dismiss <id>', {
    description: 'Say that a change is not one, and why.',
    examples: ['afterai ace dismiss 01980a2c --reason "The provider renamed the model."'],
  })
    .requiredOption('--reason <text>', 'why')
    .action(
      online(mount, async ({ api, out }, given: string, { reason }: { reason: string }) => {
        const path = { id: await changeIdOf(api, given) }
        const answer = await api.call('dismissChange', changeView, { path, body: { reason } })
        out.answer(answer, { lines: (change) => changeLines(change, out.paint) })
      }),
    )

  serverLeaf(ace, 'merge <id>', {
    summary: 'Say that a pending change tells of the same thing as another, which stays.',
    description:
      'Say that a pending change tells of the same thing as another of its system and environment, which stays. It is closed as a duplicate, each names the other, and what is known of it counts for the one that stays.',
    examples: ['afterai ace merge 01980a2c --into 01980b3d --reason "The pipeline and Ada told of one deployment."'],
  })
    .requiredOption('--into <id>', 'the change that stays')
    .requiredOption('--reason <text>', 'why')
    .action(
      online(mount, async ({ api, out }, given: string, { into, reason }: { into: string; reason: string }) => {
        const path = { id: await changeIdOf(api, given) }
        const body = { into: await changeIdOf(api, into), reason }
        const answer = await api.call('mergeChange', changeView, { path, body })
        out.answer(answer, { lines: (change) => changeLines(change, out.paint) })
      }),
    )
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

/** The whole id of a change. */
export async function changeIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'change',
    list: (it, paging) => it.list('listChanges', changeView, paging),
    about: ({ system, title, openedAt }) => `${system}, ${minuteOf(openedAt)}, ${title}`,
  })
}

function addCreate(ace: Command, mount: Mount): void {
  withQuiet(
    withRisk(
      serverLeaf(ace, 'create', {
        description: 'Record a change that a person or a pipeline makes.',
        examples: [
          'afterai ace create --system support-bot --type retrieval --title "Index rebuilt with new embeddings"',
          'afterai ace create --system support-bot --type model --title "Move to the small model" --after afterai.yaml',
        ],
      }),
    ),
    'the id',
  )
    .requiredOption('--system <name>', 'the system')
    .option('--environment <name>', 'where (default: production)')
    .requiredOption('--title <text>', 'what changes, in a line')
    .addOption(new Option('--type <type...>', 'what kind of change').choices(changeTypes).makeOptionMandatory())
    .addOption(new Option('--intent <intent>', 'how far it is').choices(intent.options))
    .addOption(new Option('--class <class>', 'how urgent it is').choices(changeClass.options))
    .option('--revision <name>', 'commit or build')
    .option('--after <file>', 'the configuration after it; a file as for `observe --from`')
    .option('--mcp', 'ask the MCP servers that the file names for their tools')
    .option('--no-mcp', 'leave them out')
    .action(online(mount, createChange))
}

async function createChange(context: ServerContext, options: CreateOptions): Promise<void> {
  const { api, out } = context
  const { system, environment, title, type, revision } = options
  const body = {
    system,
    environment,
    title,
    changeTypes: type,
    intent: options.intent,
    changeClass: options.class,
    revision,
    risk: riskOf(options),
    ...(options.after === undefined
      ? {}
      : { after: await configurationAfter(context, { ...options, from: options.after }) }),
  }
  const answer = await api.call('recordChange', changeView, { body })
  out.answer(answer, { lines: (change) => changeLines(change, out.paint), quiet: ({ id }) => [id] })
}

async function configurationAfter(context: ServerContext, options: TellingOptions): Promise<Configuration> {
  // Here rather than above: what lists changes reads no files.
  const { tellConfiguration } = await import('./tell-configuration.ts')
  return tellConfiguration(context, options)
}

async function listChanges(
  { api, out }: ServerContext,
  { status, system, ...paging }: ListOptions & { status?: Change['status']; system?: string },
): Promise<void> {
  const answer = await api.list('listChanges', changeView, paging, { query: { status, system } })
  out.answer(answer, {
    lines: ({ items }) =>
      table(
        ['id', 'status', 'system', 'environment', 'severity', 'opened', 'by', 'title'],
        items.map((it) => [
          it.id,
          it.status,
          it.system,
          it.environment,
          it.risk?.severity ?? null,
          minuteOf(it.openedAt),
          authorOf(it),
          printable(it.title),
        ]),
      ),
    quiet: ({ items }) => items.map(({ id }) => id),
  })
  if (answer.value.nextCursor !== null) out.remark('There are more: --all, or --cursor with nextCursor of --json.')
}

function withRisk(command: Command): Command {
  const { severity, blastRadius, customerImpact } = risk.shape
  return command
    .addOption(new Option('--severity <severity>', 'how bad it can get').choices(severity.options))
    .addOption(new Option('--blast-radius <radius>', 'how much it touches').choices(blastRadius.unwrap().options))
    .addOption(new Option('--customer-impact <impact>', 'what customers feel').choices(customerImpact.unwrap().options))
}

/** Risk is stated as a whole, and a severity is its heart: the server says so if it is missing. */
function riskOf({ severity, blastRadius, customerImpact }: RiskOptions): Risk | undefined {
  const isStated = [severity, blastRadius, customerImpact].some((value) => value !== undefined)
  return isStated ? ({ severity, blastRadius, customerImpact } as Risk) : undefined
}

/** A change for a person. */
export function changeLines(change: Change, paint: Paint): string[] {
  const heading = properties([
    ['change', change.id],
    ['title', printable(change.title)],
    ['system', `${change.system} in ${change.environment}`],
    [
      'status',
      `${change.status}, ${change.intent}${change.statusReason === null ? '' : `: ${printable(change.statusReason)}`}`,
    ],
    ['merged into', change.mergedInto],
    ['duplicates', change.duplicates.join(', ')],
    ['types', change.changeTypes.join(', ')],
    [
      'source',
      change.source.origin + (change.source.revision === null ? '' : ` at ${printable(change.source.revision)}`),
    ],
    [
      'risk',
      change.risk &&
        `${change.risk.severity}; blast radius ${change.risk.blastRadius}; customer impact ${change.risk.customerImpact}`,
    ],
    ['opened', `${change.openedAt}, by ${authorOf(change)}`],
    [settledWord(change), settlerOf(change)],
    ['observations', change.observations],
    ['digest', change.digest],
  ])
  if (change.delta.length === 0) return heading
  const rows = change.delta.map((it) => [
    it.path,
    paint('bad', shownValue(it.before)),
    '->',
    paint('good', shownValue(it.after)),
  ])
  return [...heading, '', ...table(['differs', 'before', '', 'after'], rows)]
}

function authorOf({ authorId: id, authorName: name, authorEmail: email }: Change): string {
  return person({ id, name, email })
}

function settledWord({ status }: Change): string {
  return status === 'pending' ? 'settled' : status
}

function settlerOf({ settledBy: id, settledByName: name, settledByEmail: email }: Change): string | null {
  return id === null ? null : `by ${person({ id, name, email })}`
}

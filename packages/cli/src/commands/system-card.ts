import { readFile } from 'node:fs/promises'
import {
  dataClassPresets,
  regimePresets,
  riskClassPresets,
  type SystemCard,
  systemCard,
  systemCardView,
  type SystemCardView,
  systemRoles,
} from '@afterai/contract'
import { Option, type Command } from 'commander'
import { parse } from 'yaml'
import { findPerson } from '../api/find-person.ts'
import type { Api } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { optionalInstant } from './instant-option.ts'
import { gather, online, readPositiveInteger, serverLeaf, type Mount, type ServerContext } from './leaf.ts'

interface CardOptions {
  readonly set?: readonly string[]
  readonly from?: string
  readonly at?: string
  readonly version?: number
}

/** `system card`: what people say of a system. */
export function addCardCommand(system: Command, mount: Mount): void {
  serverLeaf(system, 'card <name>', {
    summary: 'Show or change what people say of a system: what it is for, and whose.',
    description: `Show what people say of a system, or change it: what it is for, who owns it, what it is under. Each version stays. Fields: ${fields.join(', ')}. Risk classes to choose from: ${riskClassPresets.join(', ')}; regimes: ${regimePresets.join(', ')}; classes of data: ${dataClassPresets.join(', ')}; or names of your own.`,
    examples: [
      'afterai system card support-bot',
      'afterai system card support-bot --set "owner=team:Customer care" --set roles=deployer --set riskClass=limited',
      'afterai system card support-bot --set owner=person:ada@example.com --set vendor=',
      'afterai system card support-bot --from card.yaml',
      'afterai system card support-bot --at 2026-10-03T12:00Z',
    ],
  })
    .addOption(
      new Option(
        '--set <field=value>',
        'change one field, again for others; several values with commas; nothing after = clears it',
      ).argParser(gather),
    )
    .option('--from <file>', 'YAML or JSON with a whole card: what it leaves out, nobody says any more')
    .addOption(new Option('--at <instant>', 'the card that was in force then').conflicts(['set', 'from', 'version']))
    .addOption(
      new Option('--version <n>', 'that version of the card')
        .argParser(readPositiveInteger)
        .conflicts(['set', 'from', 'at']),
    )
    .action(online(mount, showOrSet))
}

const fields = Object.keys(systemCard.shape) as (keyof SystemCard)[]

async function showOrSet({ api, out }: ServerContext, name: string, options: CardOptions): Promise<void> {
  const { set = [], from, at, version } = options
  const path = { name }
  const query = { at: optionalInstant(at, '--at'), version }
  // Read before anything is asked of the server: a faulty file costs no request.
  const file = from === undefined ? undefined : await readCardFile(from)
  const shown = await api.call('getSystemCard', systemCardView, { path, query })
  if (file === undefined && set.length === 0) {
    out.answer(shown, { lines: cardLines })
    return
  }
  const told = set.map((it) => fieldOf(it))
  const wanted: Record<string, unknown> = { ...(file ?? shown.value.card), ...Object.fromEntries(told) }
  const card = checked({ ...wanted, owner: await ownerOf(api, wanted['owner']) }, from ?? '--set')
  // The version that it was made from: a change of somebody else in between isn't undone unseen.
  const body = { ...card, basedOn: shown.value.version }
  out.answer(await api.call('setSystemCard', systemCardView, { path, body }), { lines: cardLines })
}

async function readCardFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  let value: unknown
  try {
    value = parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read as YAML or JSON.`, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new CommandFailure('usage', `${path} holds no card.`, { remedy: `One with the fields ${fields.join(', ')}.` })
}

/** `field=value` as a member of a card. */
function fieldOf(text: string): readonly [field: string, value: unknown] {
  const [, field = '', value = ''] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? []
  if (!Object.hasOwn(systemCard.shape, field)) {
    const remedy = `Give field=value, with a field of ${fields.join(', ')}.`
    throw new CommandFailure('usage', '--set names no field of a card.', { remedy })
  }
  const isList = field === 'roles' || field === 'regimes'
  if (!isList) return [field, value.trim() === '' ? null : value.trim()]
  const parts = value.split(',').map((it) => it.trim())
  return [field, parts.filter((it) => it !== '')]
}

/**
 * The owner as the API takes it: `person:ada@example.com` and `team:Customer care`, the same as a member of an object in a file, or what the
 * API answers.
 */
async function ownerOf(api: Api, told: unknown): Promise<unknown> {
  const pair = typeof told === 'string' ? /^(person|team):(.*)$/s.exec(told)?.slice(1) : soleMember(told)
  const [kind, name] = pair ?? []
  if (kind === 'team') return { kind, name: name?.trim() }
  if (kind === 'person') return { kind, accountId: await findPerson(api, name?.trim() ?? '', 'name or address') }
  if (typeof told !== 'string') return told
  const remedy = 'Give owner=person:ADDRESS, owner=person:NAME or owner=team:NAME.'
  throw new CommandFailure('usage', 'The owner is neither a person nor a team.', { remedy })
}

function soleMember(told: unknown): readonly string[] | undefined {
  if (typeof told !== 'object' || told === null) return undefined
  const members = Object.entries(told)
  const [[kind, name] = ['', '']] = members
  return members.length === 1 && typeof name === 'string' ? [kind, name] : undefined
}

function checked(card: unknown, source: string): SystemCard {
  const read = systemCard.safeParse(card)
  if (read.success) return read.data
  throw new CommandFailure('usage', `${source} holds no card of a system.`, {
    lines: read.error.issues.map((it) => `  /${it.path.map(String).join('/')}: ${it.message}`),
    remedy: `Its fields: ${fields.join(', ')}; an owner as { team: NAME } or { person: ADDRESS }; roles of ${systemRoles.join(', ')}.`,
  })
}

function cardLines({
  system,
  version,
  card,
  ownerName,
  ownerIsMember,
  digest,
  setAt,
  setByName,
}: SystemCardView): string[] {
  if (version === 0) {
    return [
      `Nobody said anything of ${system} yet. Say who owns it: afterai system card ${system} --set owner=team:NAME`,
    ]
  }
  const gone = ownerIsMember === false ? ' (no member any more: name another owner)' : ''
  return properties([
    ['system', system],
    ['purpose', card.purpose && printable(card.purpose)],
    [
      'owner',
      card.owner &&
        `${printable(ownerName ?? 'somebody')}, ${card.owner.kind === 'team' ? 'a team' : 'a person'}${gone}`,
    ],
    ['roles', card.roles.join(', ')],
    ['risk class', card.riskClass],
    ['regimes', card.regimes.join(', ')],
    ['data class', card.dataClass],
    ['vendor', card.vendor && printable(card.vendor)],
    ['version', `${version}, set ${setAt ?? ''} by ${printable(setByName ?? 'somebody')}`],
    ['digest', digest],
    ['note', card.regimes.length > 0 || card.riskClass !== null ? 'not legal advice' : null],
  ])
}

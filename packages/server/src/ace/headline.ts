import type { DeltaItem } from '@afterai/contract'

/** The values of one part that differ: of a prompt, a tool, an index; or a single value. */
interface Subject {
  /** The word for what it is, and its name. */
  readonly shown: string
  readonly rank: number
  readonly items: DeltaItem[]
  /** The last tokens of the items' paths. */
  readonly members: string[]
}

/** Sets of named parts by the beginning of their path, and the word for one of them. */
const nouns: Readonly<Record<string, string>> = {
  prompts: 'prompt',
  tools: 'tool',
  retrieval: 'retrieval',
  guardrails: 'guardrail',
  postProcessing: 'post-processing',
  'infrastructure/packages': 'package',
  data: 'data',
  'evaluation/datasets': 'evaluation dataset',
  'evaluation/judges': 'judge',
  'evaluation/scorers': 'scorer',
  flags: 'flag',
}

/** Words for single values whose last token says too little. */
const singles: Readonly<Record<string, string>> = {
  '/model/name': 'model',
  '/agent/name': 'agent',
  '/agent/version': 'agent version',
  '/infrastructure/gatewayVersion': 'gateway version',
}

/** Which kind of change a list tells first. */
const ranks: readonly DeltaItem['category'][] = [
  'model',
  'vendor_blackbox',
  'prompt',
  'tools',
  'guardrails',
  'retrieval',
  'post_processing',
  'data',
  'inference',
  'infra',
  'eval',
  'other',
]

/** A short headline of a delta, for lists: what matters most, and how many other parts differ. */
export function headline(delta: readonly DeltaItem[]): string {
  const [first, ...rest] = subjectsOf(delta).toSorted((a, b) => a.rank - b.rank)
  if (first === undefined) return 'no difference in the configuration'
  return `${describe(first)}${rest.length > 0 ? ` and ${rest.length} more` : ''}`
}

function subjectsOf(delta: readonly DeltaItem[]): Subject[] {
  const subjects = new Map<string, Subject>()
  for (const item of delta) {
    const { key, shown, member } = subjectOf(item.path)
    const rank = ranks.indexOf(item.category) + (item.path === '/model/name' ? -1 : 0)
    const subject = subjects.get(key) ?? { shown, rank, items: [], members: [] }
    subjects.set(key, subject)
    subject.items.push(item)
    subject.members.push(member)
  }
  return [...subjects.values()]
}

function subjectOf(path: string): { key: string; shown: string; member: string } {
  const tokens = path.split('/').slice(1).map(nameOf)
  const set = [tokens.slice(0, 2).join('/'), tokens[0] ?? ''].find((it) => Object.hasOwn(nouns, it))
  const member = tokens.at(-1) ?? ''
  if (set === undefined) return { key: path, shown: singles[path] ?? member, member: '' }
  const [owner, name] = tokens.slice(set.split('/').length, -1)
  const shown = name === undefined ? owner : `${name} of ${owner}`
  return { key: path.slice(0, path.lastIndexOf('/')), shown: `${nouns[set]} ${shown}`, member }
}

/** The name that is a part of a JSON pointer (RFC 6901 §4). */
function nameOf(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

// That a digest moves says that a text did; what it is now says nothing to a person.
function describe({ shown, items, members }: Subject): string {
  const [first] = items
  if (first === undefined) return shown
  if (members[0] === '') return `${shown} ${first.before ?? 'unset'} → ${first.after ?? 'unset'}`
  const presence = items.filter((_, n) => members[n] === 'digest' || members[n] === 'name')
  const there = (side: 'before' | 'after'): boolean => presence.some((it) => it[side] !== null)
  if (presence.length > 0 && !there('before')) return `${shown} added`
  if (presence.length > 0 && !there('after')) return `${shown} removed`
  const told = items.findIndex((_, n) => members[n] !== 'digest')
  const item = items[told]
  if (item === undefined || presence.length > 0) return `${shown} changed`
  return `${shown}: ${wordsOf(members[told] ?? '')} ${item.before ?? 'unset'} → ${item.after ?? 'unset'}`
}

/** A member's name as words: `chunkSize` is the chunk size. */
function wordsOf(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

import type { Digest } from '../identifier.ts'
import { showableName } from './promptfoo-result.ts'

/** A provider or prompt: the name that is shown, and all names that select it. */
export interface Choice {
  readonly shown: string
  readonly names: ReadonlySet<string>
  /** Where it stands in its file, for who can't tell it by its name. */
  readonly hint: string | undefined
}

/** A provider or prompt, as the file names it. */
export interface NamedPart {
  /** A key that tells it from others of the file; may be content. */
  readonly key: string
  /** Names that people gave it. */
  readonly names: readonly string[]
  /** A prompt's own text, where it has no other label. */
  readonly text?: string | undefined
  readonly place: number | undefined
}

/** So much of a keyed digest tells the prompts of a file apart. */
const DIGITS = 8

/**
 * Names each provider or prompt by its key. One without a name that can be shown is called by the keyed digest of its text
 * (`prompt-3f9a1c2e`): under one key that is the same in every file, whatever the order, and no guess can be tried on it. Where nothing is
 * known of it at all, its place has to do (`prompt-2`). Several that come to one name are numbered (`prompt-3f9a1c2e:2`).
 */
export function nameChoices(noun: string, parts: readonly NamedPart[], digest: Digest): ReadonlyMap<string, Choice> {
  const ordered = inOrder(parts)
  const shared = repeated(ordered.flatMap(({ names }) => [...new Set(names)]))
  const named = ordered.map((part, index) => {
    const own = part.names.filter((name) => !shared.has(name))
    const given = own.find((name) => showableName(name) !== undefined)
    const text = part.text ?? own[0]
    const hidden = text === undefined ? `${noun}-${index + 1}` : nameOfText(noun, text, digest)
    return { key: part.key, own, name: given ?? hidden, hint: given ? undefined : `no. ${index + 1}` }
  })
  const twice = repeated(named.map(({ name }) => name))
  return new Map(
    named.map(({ key, own, name, hint }, index) => {
      if (!twice.has(name)) return [key, { shown: name, hint, names: new Set([...own, name]) }]
      const number = named.slice(0, index + 1).filter((other) => other.name === name).length
      const shown = `${name}:${number}`
      return [key, { shown, names: new Set([...own, shown]), hint: `no. ${index + 1}` }]
    }),
  )
}

function nameOfText(noun: string, text: string, digest: Digest): string {
  return `${noun}-${digest(`${noun}\n${text}`).slice(-DIGITS)}`
}

/** Each part once, by its first place. Where nothing tells the place, the order of the file does: sorting is stable. */
function inOrder(parts: readonly NamedPart[]): NamedPart[] {
  const found = new Map<string, NamedPart>()
  for (const part of parts) {
    const before = found.get(part.key)
    if (before === undefined || placeOf(part) < placeOf(before)) found.set(part.key, part)
  }
  return [...found.values()].toSorted((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)))
}

function placeOf({ place = Infinity }: NamedPart): number {
  return place
}

/** Two prompts may share a label: neither can be chosen by it. */
function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  return new Set(names.filter((name) => seen.size === seen.add(name).size))
}

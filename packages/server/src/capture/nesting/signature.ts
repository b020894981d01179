import { sayingOf } from '@afterai/models'

/**
 * A model's name without what libraries write differently: of `gpt-4o`, `openai/gpt-4o` and `gpt-4o-2024-08-06` it is the same; of `gpt-4o-mini`
 * it is another.
 */
function modelFamily(name: string): string {
  const { family, release } = sayingOf(name, { provider: '', requestedModel: '' })
  if (family === null) return name
  // How large a model is tells it from others of its family, where a tag says so.
  return release !== null && /^\d+(?:\.\d+)?[bm]\b/.test(release) ? `${family}:${release}` : family
}

/** Names come again and again. */
const mostKnown = 4096
const knownModels = new Map<string, number>()
const knownNames = new Map<string, number>()

/** A word that stands for a model's family; 0 for none. */
export function modelWord(name: string | undefined): number {
  return name === undefined ? 0 : wordIn(knownModels, name, modelFamily)
}

/** A word that stands for a name; 0 for an empty one. */
export function nameWord(name: string): number {
  return name === '' ? 0 : wordIn(knownNames, name, (it) => it)
}

function wordIn(known: Map<string, number>, name: string, told: (name: string) => string): number {
  const there = known.get(name)
  if (there !== undefined) return there
  let hash = 0x811c9dc5
  for (const character of told(name)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  const word = (hash ^ (hash >>> 15)) >>> 0 || 1
  if (known.size >= mostKnown) known.clear()
  known.set(name, word)
  return word
}

/** A word that stands for a service's numbers of tokens; 0 for none. @param salt of the service */
export function tokensWord(input: number | undefined, output: number | undefined, salt: number): number {
  if (!input && !output) return 0
  const hash = Math.imul((input ?? 0) ^ salt, 0x85ebca6b) ^ Math.imul((output ?? 0) + 1, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0 || 1
}

import { type Dated, dated } from './snapshots.ts'

/** A date in front of the word for a stage, as in `gpt-4-0125-preview`, `gpt-4-1106-vision-preview`, `kimi-k2-0905-preview`. */
const datedStage = /^(.+-\d{4})((?:-vision)?-(?:preview|exp|beta))$/

/** Snapshots that are called otherwise than the alias that moves over them. Source: OpenAI's list of models. */
const aliasesOf: Readonly<Record<string, string>> = { 'gpt-4-preview': 'gpt-4-turbo-preview' }

/** Takes a name of a model, in lower case, apart as the alias that moves over its snapshots is written. */
export function datedAsAlias(name: string): Dated {
  const [, front, stage] = datedStage.exec(name) ?? []
  const { family, snapshot } = dated(front ?? name)
  // Four digits that are no date are part of the name.
  if (stage === undefined) return { family, snapshot }
  if (snapshot === null) return dated(name)
  const whole = `${family}${stage}`
  return { family: aliasesOf[whole] ?? whole, snapshot }
}

/** A word that distinguishes one version of a model from the next, such as `2.5`, `v3`, `k2`; sizes such as `8b` don't. */
const version = /^[a-z]?\d+(?:\.\d+)*$/
/** Words for how far a model is. */
const stages: ReadonlySet<string> = new Set(['preview', 'exp', 'experimental', 'beta'])

/** Words by which a vendor's models beside each other differ; one that an alias has and a name hasn't makes it the alias of another. */
const variants =
  /^(?:mini|nano|lite|micro|small|tiny|medium|large|max|plus|pro|ultra|flash|turbo|fast|haiku|sonnet|opus|vision|vl|audio|realtime|transcribe|image|tts|search|embed|embedding|rerank|code|coder|codex|math|thinking|\d+(?:\.\d+)?[bkm])$/

/** Words of the first that the second hasn't, and the other way around, without those for a stage. */
function compared(alias: string, family: string): { missing: readonly string[]; more: readonly string[] } {
  const [asked, served] = [wordsOf(alias), wordsOf(family)]
  return { missing: beyond(asked, served), more: beyond(served, asked) }
}

function beyond(words: readonly string[], others: readonly string[]): string[] {
  return words.filter((word) => !others.includes(word) && !stages.has(word))
}

function wordsOf(name: string): string[] {
  return name.split('-').filter((word) => word !== '')
}

/**
 * Whether a model may be what an alias stands for: its name has all words of the alias, and beyond these, where that is the newest, nothing but a version that the alias
 * doesn't say itself. `gemini-flash-latest` may be `gemini-2.5-flash-preview`; it is never `gemini-2.5-flash-lite`.
 */
export function isCoveredBy(alias: string, family: string, kind: 'newest' | 'any'): boolean {
  const { missing, more } = compared(alias, family)
  return missing.length === 0 && (kind === 'any' || alias === '' || areVersions(alias, more))
}

/**
 * Whether a model may be what a name stands for that somebody asked for and was told back: `deepseek-chat` may be `deepseek-v3`. Nothing but a version comes to its words, and none of
 * those goes by which models differ: `gpt-4o-mini` is never `gpt-4o`.
 */
export function mayStandFor(asked: string, family: string): boolean {
  const { missing, more } = compared(asked, family)
  if (wordsOf(asked)[0] !== wordsOf(family)[0]) return false
  return missing.every((word) => !variants.test(word) && !version.test(word)) && areVersions(asked, more)
}

// Where the alias says which version it is of, no other one is.
function areVersions(alias: string, more: readonly string[]): boolean {
  return (
    more.every((word) => version.test(word)) && (more.length === 0 || !wordsOf(alias).some((it) => version.test(it)))
  )
}

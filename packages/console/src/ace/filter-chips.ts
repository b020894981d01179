import { instantOf, shortDay } from '../api/instants.ts'
import type { ChangeSearch } from './change-search.ts'
import { originWords } from './change-words.ts'

/** A filter that is set and has no button of its own. */
export interface Chip {
  readonly name: keyof ChangeSearch
  readonly words: string
}

/** The filters of the dialog that are set, in words. */
export function chipsOf(search: ChangeSearch): Chip[] {
  const { system, environment, severity, class: changeClass, origin, by, since, until } = search
  const words: Readonly<Partial<Record<keyof ChangeSearch, string | undefined>>> = {
    system,
    environment,
    severity: severity && `risk ${severity}`,
    class: changeClass,
    origin: origin && originWords(origin),
    by: by && 'opened by one person',
    since: since && `from ${shortDay(instantOf(since))}`,
    until: until && `before ${shortDay(instantOf(until))}`,
  }
  return Object.entries(words).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [{ name: name as keyof ChangeSearch, words: text }],
  )
}

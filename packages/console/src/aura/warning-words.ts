import type { Assessment } from '@afterai/client'
import { type Band, bandWords } from '../look/bands.ts'
import { metricName } from './metric-words.ts'

type Warning = Assessment['assessment']['warnings'][number]

/** What has to be said beside a result, with what it is about: "Pass, refunds: much worse in this slice". */
export function warningWords({ text, metric, slice }: Pick<Warning, 'text' | 'metric' | 'slice'>): string {
  const about = [metric === null ? '' : metricName({ metric }), slice ?? ''].filter((name) => name !== '').join(', ')
  const said = byPages(text).replace(/^[a-z]+(?:_[a-z]+)+|^regression|^inconclusive/, (word) =>
    word in bandWords ? bandWords[word as Band].toLowerCase() : word,
  )
  return about === '' ? said : `${about}: ${said}`
}

/** What to do about it on a page, where the API names an option of the command line. */
const remedies = [
  ['--direction', 'assess again, and say which way is better'],
  ['a smaller one with --margin', 'assess again with a smaller margin'],
  ['--margin', 'assess again with a margin for it'],
  ['--scale', 'import both on one scale'],
] as const

function byPages(text: string): string {
  const [, remedy] = remedies.find(([option]) => text.includes(option)) ?? []
  return remedy === undefined ? text : `${text.replace(/; (?:say|import)\b.*$/s, '')}; ${remedy}`
}

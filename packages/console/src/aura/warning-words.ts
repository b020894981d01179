import type { Assessment } from '@afterai/client'
import { type Band, bandWords } from '../look/bands.ts'
import { metricName } from './metric-words.ts'

type Warning = Assessment['assessment']['warnings'][number]

/** What has to be said beside a result, with what it is about: "Pass, refunds: much worse in this slice". */
export function warningWords({ text, metric, slice }: Pick<Warning, 'text' | 'metric' | 'slice'>): string {
  const about = [metric === null ? '' : metricName({ metric }), slice ?? ''].filter((name) => name !== '').join(', ')
  const said = text.replace(/^[a-z]+(?:_[a-z]+)+|^regression|^inconclusive/, (word) =>
    word in bandWords ? bandWords[word as Band].toLowerCase() : word,
  )
  return about === '' ? said : `${about}: ${said}`
}

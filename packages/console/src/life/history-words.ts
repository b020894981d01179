import { bandWords } from '../look/bands.ts'
import { decidedTo } from '../pacr/record-words.ts'

/** By what a change came to be known, where a code alone would say it. */
const origins: Readonly<Record<string, string>> = {
  manual: 'recorded by hand',
  api: 'seen through the API',
  sdk: 'seen by the SDK',
  ci: 'seen by a pipeline',
  otel: 'seen in telemetry',
  watchlist: 'seen by a watch list',
  signal: 'seen in a signal',
  import: 'imported',
}

const bands: Readonly<Record<string, string>> = bandWords

/** A sentence of a change's history in three: what was done, by whom, and what came of it in the words of the page. */
export interface Told {
  readonly before: string
  readonly by: string
  readonly after: string
}

/** Says who did what: "Two evaluations were compared" "by Cy Mbeki" ": much worse." */
export function toldOf({ action, text, actorName }: { action: string; text: string; actorName: string | null }): Told {
  const [, before = text, code] = /^(.*?)(?:: (.*))?\.$/s.exec(text) ?? []
  const after = code === undefined ? '.' : `: ${wordsOf(action, code)}.`
  return { before, by: actorName ?? '', after }
}

function wordsOf(action: string, code: string): string {
  const key = code.replaceAll(' ', '_')
  if (action === 'change.open') return origins[key] ?? code
  if (action === 'decision.propose') return decidedTo(key)
  if (action === 'assessment.create') return bands[key]?.toLowerCase() ?? code
  return code
}

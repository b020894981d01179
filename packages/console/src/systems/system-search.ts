import { isMeasure, type Measure } from '../capture/measures.ts'
import { type Span, spans } from '../capture/series.ts'

/** What of a system's page is in its address. */
export interface SystemSearch {
  readonly environment?: string
  readonly measure?: Measure
  readonly span?: Span
}

/** Reads what the address of a system's page says; what it can't mean is left out. */
export function readSystemSearch(search: Record<string, unknown>): SystemSearch {
  const { environment, measure } = search
  const span = spans.find(({ value }) => value === search['span'])?.value
  return {
    ...(typeof environment === 'string' && environment !== '' ? { environment } : {}),
    ...(isMeasure(measure) ? { measure } : {}),
    ...(span === undefined ? {} : { span }),
  }
}

import { dayIn, instantOf } from '../api/instants.ts'
import { type Band, bandWords } from '../look/bands.ts'
import type { ChangeFilter } from './change-rows.ts'

/** The views above the list, each a filter with a name. */
export const views = [
  { key: 'mine', label: 'Needs me', filter: { awaiting: 'me' } },
  { key: 'open', label: 'Open', filter: { open: 'true' } },
  { key: 'all', label: 'All', filter: {} },
  { key: 'recorded', label: 'Approved', filter: { decision: 'act' } },
  { key: 'refused', label: 'Not to act', filter: { decision: 'not_act' } },
  { key: 'emergency', label: 'Emergency', filter: { emergency: 'true' } },
] as const satisfies readonly { readonly key: string; readonly label: string; readonly filter: ChangeFilter }[]

/** Filters that take one of a few values, each with all that it takes. */
export const choices = {
  type: [
    'model',
    'prompt',
    'inference',
    'tools',
    'retrieval',
    'guardrails',
    'post_processing',
    'infra',
    'data',
    'eval',
    'vendor_blackbox',
    'other',
  ],
  severity: ['low', 'medium', 'high', 'critical'],
  class: ['standard', 'normal', 'emergency'],
  origin: ['manual', 'ci', 'api', 'sdk', 'otel', 'watchlist', 'signal', 'import'],
} as const

type Choices = { readonly [Name in keyof typeof choices]?: (typeof choices)[Name][number] }

/** The list's state: all of it is in the address. */
export interface ChangeSearch extends Choices {
  readonly view?: (typeof views)[number]['key']
  readonly q?: string
  readonly system?: string
  readonly environment?: string
  readonly verdict?: Band | 'none'
  /** The account that opened it. */
  readonly by?: string
  /** A day, as in 2026-11-29, in the zone of the page. */
  readonly since?: string
  /** The first day that is no longer in. */
  readonly until?: string
  /** The saved view that this began as. It filters nothing. */
  readonly saved?: string
}

type Raw = Readonly<Record<string, unknown>>

/** Reads the address; what it doesn't know, it leaves out. */
export function readChangeSearch(search: Raw): ChangeSearch {
  const known = {
    view: views.find(({ key }) => key === search['view'])?.key,
    q: text(search['q']),
    system: text(search['system']),
    environment: text(search['environment']),
    verdict: (['none', ...Object.keys(bandWords)] as (Band | 'none')[]).find((it) => it === search['verdict']),
    type: choices.type.find((it) => it === search['type']),
    severity: choices.severity.find((it) => it === search['severity']),
    class: choices.class.find((it) => it === search['class']),
    origin: choices.origin.find((it) => it === search['origin']),
    by: text(search['by']),
    since: dayIn(search['since']),
    until: dayIn(search['until']),
    saved: text(search['saved']),
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : undefined
}

/** The filter that the address stands for. */
export function toFilter(search: ChangeSearch): ChangeFilter {
  const { view = 'open', q, by, since, until, ...same } = without(search, 'saved')
  const chosen: ChangeFilter = views.find(({ key }) => key === view)?.filter ?? {}
  return {
    ...chosen,
    ...same,
    ...(q === undefined || q.trim() === '' ? {} : { q: q.trim() }),
    ...(by === undefined ? {} : { author: by }),
    ...(since === undefined ? {} : { from: instantOf(since) }),
    ...(until === undefined ? {} : { to: instantOf(until) }),
  }
}

/** The address without one of its parts. */
export function without(search: ChangeSearch, name: keyof ChangeSearch): ChangeSearch {
  const { [name]: _, ...rest } = search
  return rest
}

/** The address as a saved view keeps it: what it shows, and not that it was saved. In one order, so that two that show the same are the same. */
export function toQuery(search: ChangeSearch): string {
  const entries = Object.entries(without(search, 'saved')).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return new URLSearchParams(entries).toString()
}

/** The address that a saved view stands for. */
export function fromQuery(query: string): ChangeSearch {
  return readChangeSearch(Object.fromEntries(new URLSearchParams(query)))
}

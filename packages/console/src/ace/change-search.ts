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

/** The list's state: all of it is in the address. */
export interface ChangeSearch {
  readonly view?: (typeof views)[number]['key']
  readonly q?: string
  readonly system?: string
  readonly verdict?: Band | 'none'
  readonly type?: NonNullable<ChangeFilter['type']>
  /** A day, as in 2026-11-29. */
  readonly since?: string
}

/** Types of change that a list can be narrowed to. */
export const changeTypes = [
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
] as const

/** Reads the address; what it doesn't know, it leaves out. */
export function readChangeSearch(search: Readonly<Record<string, unknown>>): ChangeSearch {
  const view = views.find(({ key }) => key === search['view'])?.key
  const verdict =
    search['verdict'] === 'none' ? 'none' : Object.keys(bandWords).find((band) => band === search['verdict'])
  const type = changeTypes.find((it) => it === search['type'])
  return {
    ...(view === undefined ? {} : { view }),
    ...text('q', search),
    ...text('system', search),
    ...(verdict === undefined ? {} : { verdict: verdict as Band | 'none' }),
    ...(type === undefined ? {} : { type }),
    ...(typeof search['since'] === 'string' && /^\d{4}-\d\d-\d\d$/.test(search['since'])
      ? { since: search['since'] }
      : {}),
  }
}

function text<Name extends string>(
  name: Name,
  search: Readonly<Record<string, unknown>>,
): { readonly [Key in Name]?: string } {
  const value = search[name]
  return typeof value === 'string' || typeof value === 'number'
    ? ({ [name]: String(value).slice(0, 200) } as { readonly [Key in Name]?: string })
    : {}
}

/** The filter that the address stands for. */
export function toFilter({ view = 'open', q, system, verdict, type, since }: ChangeSearch): ChangeFilter {
  const chosen: ChangeFilter = views.find(({ key }) => key === view)?.filter ?? {}
  return {
    ...chosen,
    ...(q === undefined || q.trim() === '' ? {} : { q: q.trim() }),
    ...(system === undefined ? {} : { system }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { from: new Date(`${since}T00:00:00`).toISOString() }),
  }
}

import { dayIn, instantOf } from '../api/instants.ts'

const decisions = ['act', 'not_act'] as const

/** Which records are asked for: all of it is in the address. */
export interface RecordSearch {
  readonly q?: string
  readonly decision?: (typeof decisions)[number]
  /** A day, in the zone of the page. */
  readonly since?: string
  /** The first day that is no longer in. */
  readonly until?: string
}

/** Reads the address; what it doesn't know, it leaves out. */
export function readRecordSearch(search: Readonly<Record<string, unknown>>): RecordSearch {
  const { q } = search
  const known = {
    q:
      (typeof q === 'string' || typeof q === 'number') && String(q).trim() !== '' ? String(q).slice(0, 100) : undefined,
    decision: decisions.find((it) => it === search['decision']),
    since: dayIn(search['since']),
    until: dayIn(search['until']),
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

/** The question that the address stands for. */
export function toRecordQuery({ q, decision, since, until }: RecordSearch) {
  return {
    ...(q === undefined ? {} : { q }),
    ...(decision === undefined ? {} : { decision }),
    ...(since === undefined ? {} : { from: instantOf(since) }),
    ...(until === undefined ? {} : { to: instantOf(until) }),
  }
}

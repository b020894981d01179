import type { Operations } from '@afterai/client'
import { dayIn, instantOf } from '../api/instants.ts'

/** Which events are asked for: all of it is in the address. */
export interface AuditSearch {
  readonly action?: string
  readonly actor?: string
  readonly resource?: string
  readonly outcome?: 'allowed' | 'denied' | 'failed'
  /** A day, in the zone of the page. */
  readonly since?: string
  /** The first day that is no longer in. */
  readonly until?: string
}

/** Reads the address; what it doesn't know, it leaves out. */
export function readAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const text = (name: string) =>
    typeof search[name] === 'string' && search[name] !== '' ? { [name]: search[name].slice(0, 200) } : {}
  const outcome = (['allowed', 'denied', 'failed'] as const).find((it) => it === search['outcome'])
  const [since, until] = [dayIn(search['since']), dayIn(search['until'])]
  return {
    ...text('action'),
    ...text('actor'),
    ...text('resource'),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }
}

/** The filter of the API that an address stands for. */
export function toFilter({ action, actor, resource, outcome, since, until }: AuditSearch): AuditFilter {
  return {
    ...(action === undefined ? {} : { actionPrefix: action }),
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(resource === undefined ? {} : { resource }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { from: instantOf(since) }),
    ...(until === undefined ? {} : { to: instantOf(until) }),
  }
}

type AuditFilter = Pick<
  NonNullable<Operations['exportAuditEvents']['query']>,
  'actionPrefix' | 'actorId' | 'resource' | 'outcome' | 'from' | 'to'
>

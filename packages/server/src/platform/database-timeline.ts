import type { ClientBase } from 'pg'
import { sqlState, TimelineWentBack } from './database.ts'

/** Where in a PostgreSQL cluster's history a server is. Each promotion begins a timeline of its own, with a greater number. */
export interface Timeline {
  /** The identifier of the cluster, which its standbys share. */
  readonly cluster: string
  readonly timeline: number
}

/** A process's memory of timelines, and what an operator has accepted of them. */
export interface TimelineMemory {
  timelineOf(cluster: string): { readonly timeline: number; readonly at: number } | undefined
  setTimeline(cluster: string, timeline: number): void
  /** Whether an operator accepted a database of this timeline since then. */
  isAccepted(client: ClientBase, timeline: Timeline, since: number): Promise<boolean>
}

const question = `
  select (pg_control_system()).system_identifier::text as cluster,
    ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int as timeline`

/**
 * The timeline of the database behind a connection. Any login may ask, unless the administrator took that away; undefined then, and for a
 * standby, which writes none.
 */
export async function readTimeline(client: ClientBase): Promise<Timeline | undefined> {
  try {
    const { rows } = await client.query<Timeline>(question)
    return rows[0]
  } catch (error) {
    // Not allowed to ask; a standby, which has no present position to write at.
    if (['42501', '55000'].includes(sqlState(error) ?? '')) return undefined
    throw error
  }
}

/**
 * Refuses a connection to a database on an earlier timeline than one that was seen of the same cluster: an old primary that nobody
 * stopped when its standby was promoted. @throws TimelineWentBack
 */
export async function refuseEarlierTimeline(client: ClientBase, memory: TimelineMemory): Promise<void> {
  const now = await readTimeline(client)
  if (now === undefined) return
  const seen = memory.timelineOf(now.cluster)
  if (seen?.timeline === now.timeline) return
  if (seen !== undefined && now.timeline < seen.timeline && !(await memory.isAccepted(client, now, seen.at)))
    throw new TimelineWentBack(now.timeline, seen.timeline)
  memory.setTimeline(now.cluster, now.timeline)
}

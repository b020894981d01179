import type { Selectable } from 'kysely'
import type { TenantKeys } from '../../keys/index.ts'
import { type Database, type Tables, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { RepeatedJob } from '../../platform/jobs.ts'
import type { Logger } from '../../platform/log.ts'
import { readLoggedEvents, readLogSize } from '../../trail/index.ts'
import type { OutboundPolicy } from '../../platform/outbound-addresses.ts'
import { type Deliver, DeliveryFailure } from './delivery.ts'
import { deliveryTo, openDestination } from './destination.ts'
import { type SiemEvent, toSiemEvent } from './siem-event.ts'
import {
  advanceStream,
  findDueStreams,
  holdStream,
  postponeStream,
  releaseStream,
  type StreamRef,
} from './stream-lease.ts'

const pollMs = 1_000
const batchSize = 100
/** Destinations served at once by one process: each needs a connection to the database now and then, requests need the rest. */
const mostAtOnce = 4
const firstDelayMs = 1_000
const longestDelayMs = 300_000

/** Dependencies of the job that sends to destinations. */
export interface SenderDependencies {
  readonly db: Database
  readonly keys: TenantKeys
  readonly policy: OutboundPolicy
  readonly log: Logger
}

/**
 * The job that sends to all destinations of all tenants: it looks once a second for those that are behind their tenant's log. Any number of
 * processes may run one; each destination is served by one at a time. Stopping cuts off the batches under way, which come again.
 */
export function sendingStreams(deps: SenderDependencies): RepeatedJob {
  const holder = newId()
  const underWay = new Map<string, Promise<void>>()
  return {
    name: 'send-streams',
    everyMs: pollMs,
    async run(stopping) {
      for (const stream of await findDueStreams(deps.db, holder)) {
        if (underWay.size >= mostAtOnce) return
        if (stopping.aborted || underWay.has(stream.id)) continue
        const work = sendAll(deps, stream, { holder, stopping })
          .catch((error: unknown) =>
            deps.log.error({ err: error, streamId: stream.id }, 'an audit stream could not go on'),
          )
          .finally(() => underWay.delete(stream.id))
        underWay.set(stream.id, work)
      }
    },
    end: () => Promise.all(underWay.values()),
  }
}

/** Sends what there is, batch after batch, until there is nothing more, a try fails, or the server stops. */
async function sendAll(
  deps: SenderDependencies,
  stream: StreamRef,
  { holder, stopping }: { holder: string; stopping: AbortSignal },
): Promise<void> {
  while (!stopping.aborted) {
    const held = await holdStream(deps.db, stream, holder)
    if (held === undefined) return
    try {
      const sent = await sendBatch(deps, held, { holder, stopping })
      if (sent === 'all') break
    } catch (error) {
      // Cut off by us: it comes again, from whoever sends next.
      if (stopping.aborted) break
      const reason = error instanceof DeliveryFailure ? error.message : 'the server could not prepare the events'
      if (!(error instanceof DeliveryFailure))
        deps.log.error({ err: error, streamId: stream.id }, 'an audit stream failed')
      else
        deps.log.warn({ streamId: stream.id, failures: held.failures + 1, reason }, 'an audit stream is not delivered')
      return postponeStream(deps.db, stream, { holder, error: reason, delayMs: delayAfter(held.failures) })
    }
  }
  await releaseStream(deps.db, stream, holder)
}

async function sendBatch(
  { db, keys, policy }: SenderDependencies,
  held: Selectable<Tables['audit_stream']>,
  { holder, stopping }: { holder: string; stopping: AbortSignal },
): Promise<'all' | 'more'> {
  const { tenant_id: tenantId, id, next_index: from } = held
  const { events, to, end, deliver } = await withTenant(db, tenantId, async (tx) => {
    const end = await readLogSize(tx, tenantId)
    const read = await readLoggedEvents(tx, tenantId, { from, end, limit: batchSize })
    const to = read.length < batchSize ? end : (read.at(-1)?.logIndex ?? end) + 1
    const destination = await openDestination(keys, tx, { tenantId, id, sealed: held.sealed })
    const events: SiemEvent[] = read.map((event) => toSiemEvent(tenantId, event))
    const deliver: Deliver = deliveryTo(destination, id, policy)
    return { events, to, end, deliver }
  })
  if (to <= from) return 'all'
  if (events.length > 0) await deliver(events, stopping)
  const advanced = await advanceStream(db, { tenantId, id }, { holder, from, to, delivered: events.length })
  return advanced && to === end ? 'all' : 'more'
}

/** Doubles with each failure; between half and all of it, so that many senders don't come back at once. */
function delayAfter(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** failures) * (0.5 + Math.random() / 2)
}

import { sql } from 'kysely'
import { Client } from 'pg'
import { type Notice, noticeChannel, readNotices } from '../audit/index.ts'
import { type Connection, connectionOptions, type Database } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Logger } from '../platform/log.ts'

const reconnectMs = 1_000

/** What a listener is made of, and whom it tells. */
interface ListenerParts {
  readonly db: Database
  readonly connection: Connection
  readonly log: Logger
  readonly onNotice: (notice: Notice) => void
  /** Nothing is heard any more; what was heard before says nothing of what comes next. */
  readonly onLost: () => void
  /** It hears again, and may have missed something. */
  readonly onBack: () => void
}

/** What hears all changes of the database, on one connection of the process. */
export interface Listener {
  /** Resolves once it hears; it begins when it is first asked. @throws what kept it from connecting */
  ready(): Promise<void>
  /**
   * Sends itself a word over the database, and takes a connection on which the last one never came for lost: it is dead, or there is a pooler
   * between that hears for somebody else.
   */
  probe(): Promise<void>
  stop(): Promise<void>
}

/** Creates one. */
export function createListener(parts: ListenerParts): Listener {
  const word = `probe ${newId()}`
  let [isStopped, isAnswered] = [false, true]
  let current: Promise<Client> | undefined

  async function connect(): Promise<Client> {
    const client = new Client({
      ...connectionOptions(parts.connection),
      application_name: 'afterai events',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    })
    client.on('error', (error) => parts.log.warn({ err: error }, 'the connection that hears of events broke'))
    client.on('notification', ({ payload = '' }) => {
      if (payload === word) isAnswered = true
      else readNotices(payload).forEach(parts.onNotice)
    })
    try {
      await client.connect()
      await client.query(`listen ${noticeChannel}`)
    } catch (error) {
      current = undefined
      void client.end().catch(() => undefined)
      throw error
    }
    isAnswered = true
    client.once('end', () => lose(client))
    return client
  }

  function lose(client: Client): void {
    if (current === undefined || isStopped) return
    current = undefined
    parts.onLost()
    client.removeAllListeners('notification')
    void client.end().catch(() => undefined)
    comeBack()
  }

  function comeBack(): void {
    const again = (): void => {
      if (!isStopped) void hear().then(parts.onBack, comeBack)
    }
    setTimeout(again, reconnectMs).unref()
  }

  const hear = (): Promise<Client> => (current ??= connect())

  return {
    ready: async () => void (await hear()),
    async probe() {
      const client = await current?.catch(() => undefined)
      if (client === undefined) return
      if (!isAnswered) {
        lose(client)
        return
      }
      isAnswered = false
      await sql`select pg_notify(${noticeChannel}, ${word})`.execute(parts.db)
    },
    async stop() {
      isStopped = true
      const client = await current?.catch(() => undefined)
      await client?.end().catch(() => undefined)
    },
  }
}

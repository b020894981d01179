import { parseCheckpoint } from '@afterai/record'
import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** Writing takes at most this part of the time, however many logs there are. */
const writesOneIn = 20
const leastPauseMs = 1_000

/** The greatest checkpoint of a log that this process signed or saw. */
export interface RememberedCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
  /** When it was signed or seen. */
  readonly at: number
}

/** The newest timeline of a PostgreSQL cluster that this process was connected to. */
export interface RememberedTimeline {
  readonly timeline: number
  readonly at: number
}

/**
 * A process's memory of its logs, apart from the database: a database that was put back to an earlier state can't take it back. Where it has a
 * file, a restart doesn't either.
 */
export interface LogMemory {
  checkpointOf(tenantId: string): RememberedCheckpoint | undefined
  /** Keeps a checkpoint that is greater than the one that is kept. Its signature was verified before. */
  remember(tenantId: string, note: string): void
  /** Keeps a checkpoint in place of a greater one, which an operator has given up. */
  giveUp(tenantId: string, note: string | undefined): void
  timelineOf(cluster: string): RememberedTimeline | undefined
  setTimeline(cluster: string, timeline: number): void
  /** Waits until all is on disk. */
  stop(): Promise<void>
}

const fileSchema = z.strictObject({
  version: z.literal(1),
  timelines: z.record(z.string(), z.strictObject({ timeline: z.number().int(), at: z.number() })),
  logs: z.record(z.string(), z.strictObject({ note: z.string(), at: z.number() })),
})
type Content = z.infer<typeof fileSchema>

/** A file of remembered checkpoints that can't be read: nothing is guessed of what stood in it. */
export class LogMemoryError extends Error {}

/** Where an instance keeps what it remembers, in its data directory. */
export function logMemoryPath(dataDir: string): string {
  return join(dataDir, 'log-memory.json')
}

/** Opens the memory of a process, kept in a file if one is named. @throws LogMemoryError */
export function openLogMemory(path?: string, onError: (error: unknown) => void = () => undefined): LogMemory {
  const content = path === undefined ? undefined : readContent(path)
  const logs = new Map(Object.entries(content?.logs ?? {}).map(([id, { note, at }]) => [id, remembered(note, at)]))
  const timelines = new Map(Object.entries(content?.timelines ?? {}))
  const file = path === undefined ? undefined : createWriter(path, () => contentOf(logs, timelines), onError)
  return {
    checkpointOf: (tenantId) => logs.get(tenantId),
    remember(tenantId, note) {
      const next = remembered(note, Date.now())
      if (next.size <= (logs.get(tenantId)?.size ?? -1)) return
      logs.set(tenantId, next)
      file?.write()
    },
    giveUp(tenantId, note) {
      if (note === undefined) logs.delete(tenantId)
      else logs.set(tenantId, remembered(note, Date.now()))
      file?.write()
    },
    timelineOf: (cluster) => timelines.get(cluster),
    setTimeline(cluster, timeline) {
      timelines.set(cluster, { timeline, at: Date.now() })
      file?.write()
    },
    stop: async () => file?.stop(),
  }
}

function remembered(note: string, at: number): RememberedCheckpoint {
  const { size, root } = parseCheckpoint(note)
  return { size: Number(size), root, note, at }
}

function contentOf(logs: ReadonlyMap<string, RememberedCheckpoint>, timelines: Iterable<[string, RememberedTimeline]>) {
  const kept = [...logs].map(([id, { note, at }]) => [id, { note, at }])
  return { version: 1, timelines: Object.fromEntries(timelines), logs: Object.fromEntries(kept) }
}

function readContent(path: string): Content | undefined {
  try {
    const content = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    for (const { note } of Object.values(content.logs)) parseCheckpoint(note)
    return content
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new LogMemoryError(`${path}, which holds the newest checkpoints of the logs, cannot be read`, { cause })
  }
}

// One write is under way at a time, and what comes meanwhile goes with the next: a full file each time, put in place at once.
function createWriter(path: string, contentNow: () => object, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> = Promise.resolve()
  let pauseMs = leastPauseMs
  const writeNow = async (): Promise<void> => {
    const start = performance.now()
    await replaceFile(path, `${JSON.stringify(contentNow())}\n`).catch(onError)
    pauseMs = Math.max(leastPauseMs, (performance.now() - start) * writesOneIn)
  }
  const begin = (): void => {
    timer = undefined
    underWay = underWay.then(writeNow)
  }
  return {
    write(): void {
      timer ??= setTimeout(begin, pauseMs)
      timer.unref()
    },
    async stop(): Promise<void> {
      if (timer !== undefined) {
        clearTimeout(timer)
        begin()
      }
      await underWay
    },
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
}

import { type LiveEvent, type LiveKind, liveKinds, ProblemError } from '@afterai/contract'
import type { PassThrough } from 'node:stream'
import type { Socket } from 'node:net'
import { permissionsHeld, type Principal } from '../access/index.ts'
import type { Notice } from '../audit/index.ts'

/** How many streams there may be, and how much waits for one that reads slowly. */
export interface StreamLimits {
  readonly ofAccount: number
  readonly ofTenant: number
  readonly inAll: number
  readonly waitingBytes: number
}

/** One page that follows what happens. */
export interface LiveStream {
  readonly out: PassThrough
  readonly principal: Principal
  /** The connection; undefined for what is injected. */
  readonly socket: Socket | undefined
  /** Who they are now. @throws ProblemError where they are let in no more */
  readonly again: () => Promise<Principal>
}

interface OpenStream extends LiveStream {
  kinds: ReadonlySet<LiveKind>
  checkedAtMs: number
}

/** The streams of a process. */
export interface LiveStreams {
  /** Whether there are any. */
  any(): boolean
  /** @throws ProblemError `too_many_requests` where there are as many as there may be */
  refuseOneTooMany(principal: Principal): void
  /** Adds one, and tells it from where it goes on: what it missed, or that this isn't known. */
  add(
    stream: LiveStream,
    beginning: { readonly position: string; readonly missed: readonly Notice[] | 'unknown' },
  ): void
  tell(notice: Notice): void
  /** Tells all that they may have missed something. */
  reset(positionOf: (tenantId: string) => string): void
  /** Shows all that the server is there, and looks again who those are that weren't looked at for so long. */
  beat(recheckMs: number): Promise<void>
  /** Ends all at once, and lets nobody in any more. Their pages ask again, of whoever runs then. */
  end(): void
}

const allKinds = Object.keys(liveKinds) as LiveKind[]
const comeBackSeconds = 15

/** Creates them. */
export function createStreams(limits: StreamLimits): LiveStreams {
  const open = new Set<OpenStream>()
  let isOver = false
  const count = (is: (principal: Principal) => boolean): number => [...open].filter((it) => is(it.principal)).length

  function write(stream: OpenStream, text: string): void {
    const waiting = stream.out.writableLength + (stream.socket?.writableLength ?? 0)
    // Whoever reads so slowly is told when they come back.
    if (waiting + text.length > limits.waitingBytes) close(stream)
    else stream.out.write(text)
  }

  function close(stream: OpenStream): void {
    open.delete(stream)
    stream.out.destroy()
    stream.socket?.destroy()
  }

  function finish(stream: OpenStream, text: string): void {
    open.delete(stream)
    // Nobody waits for one that doesn't read.
    if (stream.out.writableLength + (stream.socket?.writableLength ?? 0) > 0) return close(stream)
    stream.out.end(text)
  }

  async function look(stream: OpenStream): Promise<void> {
    try {
      stream.kinds = kindsOf(await stream.again())
      stream.checkedAtMs = Date.now()
    } catch (error) {
      // What can't be asked isn't refused: it is asked again at the next beat.
      if (!(error instanceof ProblemError) || error.code === 'database_unavailable') return
      if (open.has(stream)) finish(stream, `event: end\ndata: ${JSON.stringify({ code: error.code })}\n\n`)
    }
  }

  return {
    any: () => open.size > 0,
    refuseOneTooMany({ tenantId, accountId }) {
      if (isOver) throw new ProblemError('overloaded', { detail: 'this server stops', retryAfterSeconds: 2 })
      const isOwn = (it: Principal): boolean => it.tenantId === tenantId && it.accountId === accountId
      const full =
        count(isOwn) >= limits.ofAccount
          ? 'of one account'
          : count((it) => it.tenantId === tenantId) >= limits.ofTenant
            ? 'of a tenant'
            : open.size >= limits.inAll
              ? 'of a server'
              : undefined
      if (full === undefined) return
      const detail = `as many streams ${full} as there may be are open`
      throw new ProblemError('too_many_requests', { detail, retryAfterSeconds: comeBackSeconds })
    },
    add(given, { position, missed }) {
      const stream = { ...given, kinds: kindsOf(given.principal), checkedAtMs: Date.now() }
      open.add(stream)
      given.out.once('close', () => open.delete(stream))
      write(stream, `retry: 2000\nid: ${position}\n\n`)
      if (missed === 'unknown') write(stream, resetText(position))
      else for (const notice of missed) write(stream, textOf(notice, stream.kinds))
      // It was asked for before the end, and let in after it.
      if (isOver) close(stream)
    },
    tell(notice) {
      for (const stream of open) {
        if (stream.principal.tenantId !== notice.tenantId) continue
        const text = textOf(notice, stream.kinds)
        if (text !== '') write(stream, text)
      }
    },
    reset(positionOf) {
      for (const stream of open) write(stream, resetText(positionOf(stream.principal.tenantId)))
    },
    async beat(recheckMs) {
      for (const stream of open) write(stream, ':\n\n')
      const due = [...open].filter((it) => Date.now() - it.checkedAtMs >= recheckMs)
      for (const stream of due) await look(stream)
    },
    end() {
      isOver = true
      for (const stream of open) finish(stream, '')
    },
  }
}

function kindsOf(principal: Principal): ReadonlySet<LiveKind> {
  const held = permissionsHeld(principal)
  return new Set(allKinds.filter((kind) => held.includes(liveKinds[kind])))
}

function resetText(position: string): string {
  return `id: ${position}\nevent: reset\ndata: {}\n\n`
}

/** What a notice says to who may read these kinds. The position comes with the last of it, so that none is lost between two. */
function textOf({ eventId, thing, changeId }: Notice, kinds: ReadonlySet<LiveKind>): string {
  const told: (readonly [LiveKind, LiveEvent])[] = []
  if (thing !== null && kinds.has(thing.kind)) told.push([thing.kind, { id: thing.id, changeId }])
  if (kinds.has('audit')) told.push(['audit', { id: eventId, changeId }])
  return told
    .map(([kind, data], index) => {
      const position = index === told.length - 1 ? `id: ${eventId}\n` : ''
      return `${position}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
    })
    .join('')
}

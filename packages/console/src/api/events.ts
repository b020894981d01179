/** Something that changed: ids and kinds alone. After `reset` anything may have. */
export interface LiveEvent {
  readonly kind:
    | 'change'
    | 'assessment'
    | 'decision'
    | 'record'
    | 'system'
    | 'standing'
    | 'evaluation'
    | 'policy'
    | 'member'
    | 'audit'
    | 'reset'
  readonly id: string | null
  readonly changeId: string | null
}

const kinds = [
  'change',
  'evaluation',
  'assessment',
  'decision',
  'record',
  'system',
  'standing',
  'policy',
  'member',
  'audit',
] as const
const listeners = new Set<(event: LiveEvent) => void>()
let source: EventSource | undefined
let poll: ReturnType<typeof setInterval> | undefined
let isLost = false
const lostListeners = new Set<() => void>()
const lostMs = 30_000
let lostTimer: ReturnType<typeof setTimeout> | undefined

/** Whether nothing has been told for half a minute, though the page is looked at: what it shows is asked for instead, and may be a little old. */
export const isStreamLost = (): boolean => isLost

/** Calls back when that changes. Returns what stops it. */
export function onStreamLost(listener: () => void): () => void {
  lostListeners.add(listener)
  return () => void lostListeners.delete(listener)
}

function setLost(now: boolean): void {
  clearTimeout(lostTimer)
  lostTimer = undefined
  if (now === isLost) return
  isLost = now
  for (const listener of lostListeners) listener()
}

/**
 * Calls back when something of the tenant changes, while the page is looked at: one stream for all of a tab. A hidden tab has none, and
 * hears `reset` when it is back; where the stream is lost, `reset` comes each 15 seconds until it is there again.
 */
export function listenToEvents(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener)
  if (listeners.size === 1) {
    document.addEventListener('visibilitychange', follow)
    open()
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    document.removeEventListener('visibilitychange', follow)
    close()
  }
}

function follow(): void {
  close()
  if (document.visibilityState === 'hidden') return
  tell({ kind: 'reset', id: null, changeId: null })
  open()
}

function open(): void {
  if (document.visibilityState === 'hidden' || source !== undefined) return
  source = new EventSource('/v1/events')
  source.addEventListener('open', stopPolling)
  source.addEventListener('reset', () => tell({ kind: 'reset', id: null, changeId: null }))
  source.addEventListener('end', () => {
    close()
    // Whoever may not listen any more may not read either: what is asked now says so.
    tell({ kind: 'reset', id: null, changeId: null })
  })
  source.addEventListener('error', () => {
    startPolling()
    // A refusal isn't tried again by the browser; what refused it may have passed.
    if (source?.readyState === EventSource.CLOSED) source = undefined
  })
  for (const kind of kinds)
    source.addEventListener(kind, (event: MessageEvent<string>) => tell({ kind, ...idsIn(event.data) }))
}

function idsIn(data: string): Pick<LiveEvent, 'id' | 'changeId'> {
  const { id = null, changeId = null } = JSON.parse(data) as {
    readonly id?: string | null
    readonly changeId?: string | null
  }
  return { id, changeId }
}

function startPolling(): void {
  lostTimer ??= setTimeout(() => setLost(true), lostMs)
  poll ??= setInterval(() => {
    tell({ kind: 'reset', id: null, changeId: null })
    open()
  }, 15_000)
}

function stopPolling(): void {
  setLost(false)
  clearInterval(poll)
  poll = undefined
}

function close(): void {
  stopPolling()
  source?.close()
  source = undefined
}

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event)
}

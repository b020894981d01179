/** One event of a stream, as its bytes say it. */
export interface ReadEvent {
  readonly id: string | undefined
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A page that follows the events of a server. */
export interface EventReader {
  readonly status: number
  readonly headers: Headers
  /** All that came so far. */
  readonly events: readonly ReadEvent[]
  /** The position that it would go on from. */
  position(): string | undefined
  /** How often the server showed that it is there. */
  beats(): number
  /** Whether the stream is over. */
  isOver(): boolean
  leave(): void
}

/** Opens a stream, as a browser's `EventSource` would (WHATWG HTML §9.2). */
export async function readEvents(
  origin: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader & { readonly body: unknown }> {
  const leaving = new AbortController()
  const answer = await fetch(`${origin}/v1/events`, { headers, signal: leaving.signal })
  const state = { events: [] as ReadEvent[], position: undefined as string | undefined, beats: 0, over: false }
  const body: unknown = answer.ok ? undefined : await answer.json()
  if (answer.ok) void follow(answer, state)
  return {
    status: answer.status,
    headers: answer.headers,
    body,
    events: state.events,
    position: () => state.position,
    beats: () => state.beats,
    isOver: () => state.over,
    leave: () => leaving.abort(),
  }
}

async function follow(
  { body }: Response,
  state: { events: ReadEvent[]; position: string | undefined; beats: number; over: boolean },
): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) read(block, state)
    }
  } catch {
    // It was cut, or left.
  }
  state.over = true
}

function read(block: string, state: { events: ReadEvent[]; position: string | undefined; beats: number }): void {
  if (block.startsWith(':')) state.beats += 1
  const fields = new Map(block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) as [string, string]))
  const id = fields.get('id')
  if (id !== undefined) state.position = id
  const data = fields.get('data')
  if (data === undefined) return
  state.events.push({ id, kind: fields.get('event') ?? 'message', data: JSON.parse(data) as ReadEvent['data'] })
}

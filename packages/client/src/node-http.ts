import type { ClientRequest, IncomingMessage } from 'node:http'
import { getBuiltinModule } from 'node:process'
import type { Fetch, FetchRequest } from './transport.ts'

/** How much is read by it. */
interface HttpFetchOptions {
  /** The most that an answer may hold which is read whole, in bytes, 256 MiB by default; the body as it comes has no bound. */
  readonly mostBytes?: number
}

/**
 * Makes a `fetch` that sends by `node:http` or `node:https`, for commands that end in a moment: Node's own takes a third of such a command's
 * time to be loaded. Each request has a connection of its own, so that none goes into one that the server has just closed.
 */
export function createHttpFetch({ mostBytes = 256 * 2 ** 20 }: HttpFetchOptions = {}): Fetch {
  return async (address, request) => {
    request.signal.throwIfAborted()
    const response = await answerOf(new URL(address), request)
    let body: ReadableStream<Uint8Array> | undefined
    return {
      status: response.statusCode ?? 0,
      headers: { get: (name) => asText(response.headers[name.toLowerCase()]) },
      // Made where it is asked for: most answers are read whole.
      get body() {
        body ??= streamOf(response, request.signal)
        return body
      },
      arrayBuffer: () => wholeOf(response, request.signal, mostBytes),
    }
  }
}

function answerOf(url: URL, { method, headers, body, signal }: FetchRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Not imported: an import asks for each thing that `node:http` has, and with its WebSocket comes all of fetch.
    const { request } = getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
    const sent = request(url, { method, headers: { ...headers, connection: 'close' }, signal })
    sent.on('error', (error) => reject(endOf(error, signal)))
    sent.once('response', (response) => {
      // Who reads the body meets it; a body that nobody reads ends nothing.
      response.on('error', () => undefined)
      resolve(response)
    })
    give(sent, body)
  })
}

function give(sent: ClientRequest, body: FetchRequest['body']): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    sent.end(body)
    return
  }
  const { pipeline, Readable } = getBuiltinModule('node:stream')
  sent.setHeader('content-length', body.size)
  // What fails is told by the request.
  pipeline(Readable.from(body.stream()), sent, () => undefined)
}

async function wholeOf(response: IncomingMessage, signal: AbortSignal, mostBytes: number): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for await (const piece of response as AsyncIterable<Uint8Array>) {
      length += piece.length
      if (length > mostBytes) throw Object.assign(new Error('the answer is too large'), { code: 'TOO_LARGE' })
      pieces.push(piece)
    }
  } catch (error) {
    throw endOf(error, signal)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole.buffer
}

function streamOf(response: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  const pieces = (response as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          controller.error(endOf(error, signal))
        }
      },
      cancel() {
        response.destroy()
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  )
}

/** Why a request ended: as the caller gave it, where the caller ended it. */
function endOf(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : error
}

function asText(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

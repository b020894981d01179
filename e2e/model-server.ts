import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** The answer to a request: its kind, and its numbers of tokens. */
export interface ServedRequest {
  /** `traces` for telemetry that a client sends to its vendor. */
  readonly api: 'chat' | 'stream' | 'responses' | 'embeddings' | 'failed' | 'traces'
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A provider of models as OpenAI's interface has it, of which a test decides what it serves. */
export interface ModelServer {
  /** As `OPENAI_BASE_URL` wants it. */
  readonly baseUrl: string
  /** The snapshot that is served for each model that is asked for. */
  serve(model: string): void
  /** Answers the next request at once, and those after it once this is so. */
  holdAfterFirst(until: Promise<void>): void
  /** Takes what was served since it was asked last. */
  takeServed(): ServedRequest[]
  stop(): Promise<void>
}

interface Request {
  readonly model: string
  readonly stream?: boolean
  readonly tools?: readonly { readonly name?: string; readonly function?: { readonly name: string } }[]
  readonly messages?: readonly { readonly role: string }[]
  readonly response_format?: object
  readonly input?: readonly (string | { readonly type?: string })[] | string
}

interface Serving {
  readonly request: Request
  readonly model: string
  readonly usage: { readonly input: number; readonly output: number }
  /** Is part of each text and each identifier that is answered. */
  readonly mark: string
}

/** Starts one on 127.0.0.1. Whatever it says carries the mark; the model `missing` is refused. */
export async function startModelServer(mark: string): Promise<ModelServer> {
  let model = ''
  let count = 0
  let served: ServedRequest[] = []
  let [held, next] = [Promise.resolve(), Promise.resolve()]
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.url?.endsWith('/otel/v1/traces') === true) {
      served.push({ api: 'traces', inputTokens: 0, outputTokens: 0 })
      incoming.resume()
      return send(response, 200, {})
    }
    const request = (await json(incoming)) as Request
    count += 1
    const until = held
    held = next
    await until
    if (request.model === 'missing') {
      served.push({ api: 'failed', inputTokens: 0, outputTokens: 0 })
      return send(response, 404, { error: { message: `${mark} isn’t served`, type: 'invalid_request_error' } })
    }
    const api = apiOf(incoming.url ?? '', request)
    const usage = { input: 50 + 7 * count, output: api === 'embeddings' ? 0 : 10 + 3 * count }
    served.push({ api, inputTokens: usage.input, outputTokens: usage.output })
    const serving = { request, model, usage, mark }
    if (api === 'responses') send(response, 200, responseOf(serving))
    else if (api === 'embeddings') send(response, 200, embeddingsOf(serving))
    else if (api === 'chat') send(response, 200, completionOf(serving))
    else stream(response, serving)
  }
  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    serve: (it) => void (model = it),
    holdAfterFirst: (until) => void ([held, next] = [Promise.resolve(), until]),
    takeServed() {
      const taken = served
      served = []
      return taken
    },
    stop: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  }
}

function apiOf(url: string, { stream }: Request): 'chat' | 'stream' | 'responses' | 'embeddings' {
  if (url.endsWith('/responses')) return 'responses'
  if (url.endsWith('/embeddings')) return 'embeddings'
  return stream === true ? 'stream' : 'chat'
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** A tool is called once: when tools are there, and no result of one. */
function toolToCall({ request }: Serving): string | undefined {
  const [tool] = request.tools ?? []
  const isAnswered =
    request.messages?.some(({ role }) => role === 'tool') === true ||
    (typeof request.input === 'object' &&
      request.input.some((it) => typeof it === 'object' && it.type === 'function_call_output'))
  return isAnswered ? undefined : (tool?.function?.name ?? tool?.name)
}

function headOf({ model, mark }: Serving, object: string): object {
  // A fingerprint belongs to what is served.
  const fingerprint = `fp_${model.replaceAll('-', '').slice(-10)}`
  return { id: `chatcmpl-${mark}`, object, created: 1_790_000_000, model, system_fingerprint: fingerprint }
}

function chatUsageOf({ usage: { input, output } }: Serving): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 2 },
  }
}

function completionOf(serving: Serving): object {
  const { mark, request } = serving
  const name = toolToCall(serving)
  const content = request.response_format === undefined ? `${mark} answer` : JSON.stringify({ said: `${mark} object` })
  const call = { id: `call_${mark}`, type: 'function', function: { name, arguments: `{"about":"${mark} argument"}` } }
  const choice =
    name === undefined
      ? { message: { role: 'assistant', content }, finish_reason: 'stop' }
      : { message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }
  return {
    ...headOf(serving, 'chat.completion'),
    choices: [{ index: 0, logprobs: null, ...choice }],
    usage: chatUsageOf(serving),
  }
}

function stream(response: ServerResponse, serving: Serving): void {
  const head = headOf(serving, 'chat.completion.chunk')
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const words = [{ role: 'assistant', content: '' }, { content: serving.mark }, { content: ' streamed' }]
  const chunks = [
    ...words.map((delta) => chunk(delta)),
    chunk({}, 'stop'),
    { ...head, choices: [], usage: chatUsageOf(serving) },
  ]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end([...chunks.map((it) => `data: ${JSON.stringify(it)}\n\n`), 'data: [DONE]\n\n'].join(''))
}

function responseOf(serving: Serving): object {
  const { mark, model, usage } = serving
  const name = toolToCall(serving)
  const call = { type: 'function_call', id: `fc_${mark}`, call_id: `call_${mark}`, name, status: 'completed' }
  const text = { type: 'output_text', text: `${mark} response`, annotations: [] }
  const message = { type: 'message', id: `msg_${mark}`, role: 'assistant', status: 'completed', content: [text] }
  return {
    id: `resp_${mark}`,
    object: 'response',
    created_at: 1_790_000_000,
    status: 'completed',
    model,
    output: [name === undefined ? message : { ...call, arguments: `{"about":"${mark} argument"}` }],
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: usage.input + usage.output,
    },
  }
}

function embeddingsOf({ request: { input = '' }, model, usage }: Serving): object {
  const texts = typeof input === 'string' ? [input] : input
  const data = texts.map((_, index) => ({ object: 'embedding', index, embedding: [0.25, -0.5, 0.125] }))
  return { object: 'list', model, data, usage: { prompt_tokens: usage.input, total_tokens: usage.input } }
}

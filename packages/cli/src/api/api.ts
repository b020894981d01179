import { page } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { BearerSource } from '../credentials/access-token.ts'
import type { Answer } from '../terminal/output.ts'
import { open, send, type ApiRequest, type ApiResponse } from './http.ts'
import { ApiProblem } from './problem.ts'

/** One page of a list, or all of its pages as one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** How much of a list is asked for. */
export interface ListOptions {
  readonly all?: boolean | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** The API as one signed-in caller. */
export interface Api {
  readonly request: (request: ApiRequest) => Promise<ApiResponse>
  /** The body of an answer as it comes, for what may be larger than memory. */
  readonly open: (request: ApiRequest) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Sends, and reads the answer by `schema`. */
  readonly call: <T>(schema: z.ZodType<T>, request: ApiRequest) => Promise<Answer<T>>
  readonly list: <T>(
    item: z.ZodType<T>,
    request: Omit<ApiRequest, 'method'>,
    options?: ListOptions,
  ) => Promise<Answer<Page<T>>>
}

/** Proves again who is at the terminal, and answers the access token of the session that comes of it. */
export type StepUp = () => Promise<string>

/**
 * The API at `url`, with credentials from `bearers`. A token that was revoked early is renewed once; where the server wants to
 * see again who it is, `stepUp` is asked, once.
 */
export function createApi(url: string, bearers: BearerSource, stepUp?: StepUp): Api {
  async function withBearer<T>(attempt: (bearer: string | undefined) => Promise<T>): Promise<T> {
    try {
      return await renewing(attempt)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'step_up_required' || stepUp === undefined) throw error
      return attempt(await stepUp())
    }
  }

  async function renewing<T>(attempt: (bearer: string | undefined) => Promise<T>): Promise<T> {
    const bearer = await bearers.get()
    try {
      return await attempt(bearer)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'unauthenticated') throw error
      const other = await bearers.renew(bearer)
      if (other === undefined) throw error
      return attempt(other)
    }
  }

  const request: Api['request'] = (it) => withBearer((bearer) => send(url, it, bearer))

  const call: Api['call'] = async (schema, it) => readAnswer(schema, (await request(it)).json())

  return {
    request,
    open: (it) => withBearer((bearer) => open(url, it, bearer)),
    call,
    async list(item, it, { all, limit, cursor } = {}) {
      const schema = page(item)
      const pages: Answer<z.infer<typeof schema>>[] = []
      let next: string | null | undefined = cursor
      do {
        const query: ApiRequest['query'] = {
          ...it.query,
          limit: limit ?? (all === true ? 200 : undefined),
          cursor: next ?? undefined,
        }
        const answer: (typeof pages)[number] = await call(schema, { ...it, method: 'GET', query })
        pages.push(answer)
        // A page may be empty while there is more to read: where several conditions leave little.
        next = all === true || answer.value.items.length === 0 ? answer.value.nextCursor : null
      } while (next !== null)
      const nextCursor = pages.at(-1)?.value.nextCursor ?? null
      return {
        json: { items: pages.flatMap((it) => itemsOf(it.json)), nextCursor },
        value: { items: pages.flatMap(({ value }) => value.items), nextCursor },
      }
    },
  }
}

/** @throws {CommandFailure} `failed` if the answer isn't what this version of the command line understands */
export function readAnswer<T>(schema: z.ZodType<T>, json: unknown): Answer<T> {
  const read = schema.safeParse(json)
  if (read.success) return { json, value: read.data }
  const places = read.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `  /${path.map(String).join('/')}: ${message}`)
  throw new CommandFailure('failed', 'The server answered in a way that this version of afterai does not understand.', {
    lines: places,
    remedy: 'Use the afterai command of the same version as the server.',
  })
}

function itemsOf(json: unknown): readonly unknown[] {
  return typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items) ? json.items : []
}

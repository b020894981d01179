import type { Input, InputArgument, OperationId, Operations, TransportRequest } from '@afterai/client'
import { page } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { BearerSource } from '../credentials/access-token.ts'
import type { Answer } from '../terminal/output.ts'
import { open, send, type ApiResponse } from './http.ts'
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

/** Operations that answer a page of a list. */
type ListId = {
  [Id in OperationId]: Operations[Id]['answer'] extends { items: unknown; nextCursor: unknown } ? Id : never
}[OperationId]

/** The part of an input that every list has. */
interface ListInput {
  readonly query?: TransportRequest['query']
}

/** The API as one signed-in caller, who asks its operations by their ids. */
export interface Api {
  readonly request: <Id extends OperationId>(operation: Id, ...input: InputArgument<Id>) => Promise<ApiResponse>
  /** The body of an answer as it comes, for what may be larger than memory. */
  readonly open: <Id extends OperationId>(
    operation: Id,
    ...input: InputArgument<Id>
  ) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Asks, and reads the answer by `schema`. */
  readonly call: <Id extends OperationId, T>(
    operation: Id,
    schema: z.ZodType<T>,
    ...input: InputArgument<Id>
  ) => Promise<Answer<T>>
  /** Asks for a page of a list or, with `all`, for each of its pages. */
  readonly list: <Id extends ListId, T>(
    operation: Id,
    item: z.ZodType<T>,
    options: ListOptions,
    ...input: InputArgument<Id>
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

  const request: Api['request'] = (operation, ...input) =>
    withBearer((bearer) => send({ url, bearer }, operation, given(input)))

  return {
    request,
    open: (operation, ...input) => withBearer((bearer) => open({ url, bearer }, operation, given(input))),
    call: async (operation, schema, ...input) => readAnswer(schema, (await request(operation, ...input)).json()),
    async list(operation, item, { all, limit, cursor }, ...input) {
      const schema = page(item)
      const whole = given(input) as ListInput
      const pages: Answer<z.infer<typeof schema>>[] = []
      let next: string | null | undefined = cursor
      do {
        const query: TransportRequest['query'] = {
          ...whole.query,
          limit: limit ?? (all === true ? 200 : undefined),
          cursor: next ?? undefined,
        }
        const asked = { ...whole, query } as unknown as Input<typeof operation>
        const { json } = await withBearer((bearer) => send({ url, bearer }, operation, asked))
        const answer: (typeof pages)[number] = readAnswer(schema, json())
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

// What may be left out of an operation whole: nothing of it is asked for.
function given<Id extends OperationId>([input]: InputArgument<Id>): Input<Id> {
  return input ?? ({} as Input<Id>)
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

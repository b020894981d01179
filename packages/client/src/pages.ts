/** One page of a list. */
interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

type Paged<T, I> = (input: I & { readonly query?: { readonly cursor?: string } }) => Promise<Page<T>>

/** The pages of a list, each asked for when it is wanted; `query.limit` tells how much of it is one. */
export async function* pages<T, I extends object>(list: Paged<T, I>, input?: I): AsyncGenerator<readonly T[]> {
  let next: string | null | undefined
  do {
    const query = {
      ...(input as { readonly query?: object } | undefined)?.query,
      ...(next == null ? {} : { cursor: next }),
    }
    const page = await list({ ...(input as I), query })
    yield page.items
    next = page.nextCursor
  } while (next !== null)
}

/**
 * The items of a list, from all its pages.
 * @example
 * for await (const system of items(client.listSystems)) console.log(system.name)
 */
export async function* items<T, I extends object>(list: Paged<T, I>, input?: I): AsyncGenerator<T> {
  for await (const page of pages(list, input)) yield* page
}

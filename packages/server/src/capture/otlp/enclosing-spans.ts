import { type Facts, slots } from '../gate/slots.ts'

const enclosed: ReadonlySet<string | undefined> = new Set(['embeddings', 'embedding', 'rerank'])

/** Whether a span's words leave open if it is a request or lies around one. */
export function mayEnclose(facts: Facts): boolean {
  return enclosed.has(facts.text(slots.operation))
}

/**
 * Spans of one body that lie around a request and call themselves the same. Version 7 of Vercel's AI SDK puts a span of `embeddings`
 * around each of `embeddings`, and one of `rerank` around `rerank`; counted as well, each request would count twice. The inner span is
 * the request: it ends first, so it is sent and read first.
 */
export class EnclosingSpans {
  readonly #ids = new Set<string>()

  /** Forgets those of the last body. */
  begin(): void {
    this.#ids.clear()
  }

  /** Whether a span lies around one that was read before. Ids are compared as they are written; empty where there is none. */
  has(id: string, parentId: string): boolean {
    if (parentId !== '') this.#ids.add(parentId)
    return this.#ids.has(id)
  }
}

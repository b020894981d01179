/** The body holds more than one request may. The message says of what, and how many are allowed. */
export class OversizedBody extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'OversizedBody'
  }
}

/** Most of each that one body may hold; a body that is packed well can stand for far more than its bytes. */
export const bodyLimits = {
  /** Exporters and collectors send some 8,000 at most. */
  items: 50_000,
  attributes: 500_000,
  /** Each takes some ten microseconds. */
  digests: 50_000,
  /** Lists, objects and commas, in JSON: 8,000 spans of 20 attributes have some 750,000. */
  jsonParts: 1_000_000,
} as const

/** Counts what one body holds. */
export class BodySize {
  #items = 0
  #attributes = 0
  #digests = 0

  /** Counts a resource, scope, span, metric, data point or log record. @throws OversizedBody */
  item(): void {
    if (++this.#items > bodyLimits.items) {
      throw new OversizedBody(
        `at most ${bodyLimits.items} resources, scopes, spans, metrics, data points and log records in one request; send smaller batches`,
      )
    }
  }

  /** Counts an attribute. @throws OversizedBody */
  attribute(): void {
    if (++this.#attributes > bodyLimits.attributes) {
      throw new OversizedBody(`at most ${bodyLimits.attributes} attributes in one request; send smaller batches`)
    }
  }

  /** Counts a digest. @throws OversizedBody */
  digest(): void {
    if (++this.#digests > bodyLimits.digests) {
      throw new OversizedBody(`at most ${bodyLimits.digests} prompts and tools in one request; send smaller batches`)
    }
  }
}

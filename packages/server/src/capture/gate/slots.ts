/** How a value on an allowed attribute is read. Whatever has another type or form is dropped and counted. */
export type ValueKind =
  /** A short machine name: the pattern of the contract's `name`. */
  | 'name'
  /** A model's name: the form of the contract's `modelName`. What libraries write for want of a name is none. */
  | 'model'
  /** A name that may be written with up to three words, as services are; they are joined by `-`. */
  | 'service'
  /** A name of one to three words, as evaluations have; kept as it is. */
  | 'evaluation'
  /** A template of an address, such as `/chats/{id}`. */
  | 'route'
  /** One of a closed list of words, in lower case. */
  | 'operation'
  | 'finishReason'
  | 'level'
  /** A finite number, or a whole one. */
  | 'number'
  | 'integer'
  /** Text that becomes a keyed digest at once (P1.3). */
  | 'digest'
  /** JSON of which only the members in `json-members.ts` are read. */
  | 'parametersJson'
  | 'usageJson'
  /** There: that it is there is all that is kept. */
  | 'presence'

/** What the gate can keep of a span, a data point or a log record, and where each lies. */
export const slots = {
  serviceName: 0,
  environment: 1,
  afteraiRoute: 2,
  agentName: 3,
  functionId: 4,
  httpRoute: 5,
  operation: 6,
  aiOperation: 7,
  spanKind: 8,
  observationType: 9,
  provider: 10,
  requestedModel: 11,
  servedModel: 12,
  eitherModel: 13,
  systemFingerprint: 14,
  serviceTier: 15,
  servedTier: 16,
  temperature: 17,
  topP: 18,
  topK: 19,
  maxTokens: 20,
  frequencyPenalty: 21,
  presencePenalty: 22,
  seed: 23,
  reasoningEffort: 24,
  inputTokens: 25,
  outputTokens: 26,
  finishReason: 27,
  errorType: 28,
  level: 29,
  prompt: 30,
  tools: 31,
  tokenType: 32,
  scoreName: 33,
  score: 34,
  eventName: 35,
} as const

export type Slot = keyof typeof slots

const slotCount = Object.keys(slots).length
const unset = 255

/** What was read of one thing's attributes. It is used again for the next, so that nothing is allocated. */
export class Facts {
  readonly #values: (string | number | undefined)[] = Array.from({ length: slotCount }, () => undefined)
  readonly #ranks = new Uint8Array(slotCount).fill(unset)
  /** Which slots hold something: to empty them is all that clearing takes. */
  readonly #held = new Uint8Array(slotCount)
  #heldCount = 0
  /** How often something was kept, and the last of it, as `set` was told: for who replays it. */
  sets = 0
  lastSlot = 0
  lastRank = 0
  lastValue: string | number = 0

  clear(): void {
    for (let index = 0; index < this.#heldCount; index += 1) {
      const held = this.#held[index] ?? 0
      this.#values[held] = undefined
      this.#ranks[held] = unset
    }
    this.#heldCount = 0
  }

  /** Keeps a value; of several attributes for one slot, that with the lowest rank wins, and of the same attribute the last. */
  set(at: number, rank: number, value: string | number): void {
    this.sets += 1
    this.lastSlot = at
    this.lastRank = rank
    this.lastValue = value
    const before = this.#ranks[at] ?? unset
    if (before < rank) return
    if (before === unset) this.#held[this.#heldCount++] = at
    this.#values[at] = value
    this.#ranks[at] = rank
  }

  /** What is kept at a place of `slots`. */
  at(index: number): string | number | undefined {
    return this.#values[index]
  }

  text(index: number): string | undefined {
    const value = this.#values[index]
    return typeof value === 'string' ? value : undefined
  }

  number(index: number): number | undefined {
    const value = this.#values[index]
    return typeof value === 'number' ? value : undefined
  }
}

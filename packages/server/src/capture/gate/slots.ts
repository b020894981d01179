/** How a value on an allowed attribute is read. Whatever has another type or form is dropped and counted. */
export type ValueKind =
  /** A short machine name: the pattern of the contract's `name`. */
  | 'name'
  /** A name that may be written with up to three words, as services are; they are joined by `-`. */
  | 'service'
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

/** What the gate can keep of a span, a data point or a log record: one place each. */
export const slots = [
  'serviceName',
  'environment',
  'afteraiRoute',
  'agentName',
  'functionId',
  'httpRoute',
  'operation',
  'aiOperation',
  'spanKind',
  'observationType',
  'provider',
  'requestedModel',
  'servedModel',
  'eitherModel',
  'systemFingerprint',
  'serviceTier',
  'servedTier',
  'temperature',
  'topP',
  'topK',
  'maxTokens',
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'reasoningEffort',
  'inputTokens',
  'outputTokens',
  'finishReason',
  'errorType',
  'level',
  'prompt',
  'tools',
  'tokenType',
  'scoreName',
  'score',
  'eventName',
] as const

export type Slot = (typeof slots)[number]

/** Where each slot lies. */
export const slotIndex = Object.fromEntries(slots.map((slot, index) => [slot, index])) as Record<Slot, number>

const unset = 255

/** What was read of one thing's attributes. It is used again for the next, so that nothing is allocated. */
export class Facts {
  readonly #values: (string | number | undefined)[] = slots.map(() => undefined)
  readonly #ranks = new Uint8Array(slots.length).fill(unset)
  /** How often something was kept, and the last of it, as `set` was told: for who replays it. */
  sets = 0
  lastSlot = 0
  lastRank = 0
  lastValue: string | number = 0

  clear(): void {
    this.#values.fill(undefined)
    this.#ranks.fill(unset)
  }

  /** Keeps a value; of several attributes for one slot, that with the lowest rank wins, and of the same attribute the last. */
  set(slot: number, rank: number, value: string | number): void {
    this.sets += 1
    this.lastSlot = slot
    this.lastRank = rank
    this.lastValue = value
    if ((this.#ranks[slot] ?? unset) < rank) return
    this.#values[slot] = value
    this.#ranks[slot] = rank
  }

  /** What is kept at an index of `slotIndex`. */
  at(index: number): string | number | undefined {
    return this.#values[index]
  }

  text(slot: Slot): string | undefined {
    const value = this.#values[slotIndex[slot]]
    return typeof value === 'string' ? value : undefined
  }

  number(slot: Slot): number | undefined {
    const value = this.#values[slotIndex[slot]]
    return typeof value === 'number' ? value : undefined
  }
}

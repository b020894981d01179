/** How a value on an allowed attribute is read. Whatever has another type or form is dropped and counted. */
export type ValueKind =
  /** A short machine name: the pattern of the contract's `name`. */
  | 'name'
  /** A version: the form of the contract's `version`. */
  | 'version'
  /** A model's name: the form of the contract's `modelName`. What libraries write for want of a name is none. */
  | 'model'
  /** A name that people give: kept as it is where the contract's `name` allows, else as `machineName` writes it. */
  | 'service'
  | 'environment'
  | 'agent'
  /** A name of one to three words, as evaluations have; kept as it is. */
  | 'evaluation'
  /** A template of an address, such as `/chats/{id}`. */
  | 'route'
  /** One of a closed list of words, in lower case. */
  | 'operation'
  | 'finishReason'
  | 'level'
  /** Whether an evaluation was passed: one of two closed lists of words. */
  | 'verdict'
  /** A finite number, or a whole one; also in text. */
  | 'number'
  | 'integer'
  /** Text that becomes a keyed digest at once (P1.3). */
  | 'digest'
  /** JSON of which only the members in `json-members.ts` are read. */
  | 'parametersJson'
  | 'usageJson'
  /** There: that it is there is all that is kept. */
  | 'presence'

/** Facts that the gate can keep of a span, a data point or a log record, each with its index. */
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
  scoreLabel: 36,
  cacheReadTokens: 37,
  cacheWriteTokens: 38,
  /** There where tokens of caches are surely within the input tokens. */
  cacheWithin: 39,
  reasoningTokens: 40,
  /** Told by a name that isn't OpenTelemetry's. */
  otherEnvironment: 41,
  totalTokens: 42,
  /** An environment by the name of a stage, which counts of a resource alone. */
  stage: 43,
  agentVersion: 44,
  promptName: 45,
  promptVersion: 46,
  flagName: 47,
  flagVariant: 48,
  flagVersion: 49,
  /** Commit, pipeline run or deployment of what runs. */
  revision: 50,
} as const

/** The name of a place for a value that was kept. */
export type Slot = keyof typeof slots

const slotCount = Object.keys(slots).length
const unset = 255
/** Most attributes that one slot may have: each has a bit. */
export const mostRanks = 32
/** Of a value that couldn't be read, where any other attribute for the same thing may tell it. */
const weakest = 254

/** The value that is kept of an attribute; `false` where it was there, and couldn't be read. */
export type Fact = string | number | false

/** Values that were read of one thing's attributes. The object is used again for the next, so that nothing is allocated. */
export class Facts {
  readonly #values: (Fact | undefined)[] = Array.from({ length: slotCount }, () => undefined)
  readonly #ranks = new Uint8Array(slotCount).fill(unset)
  /** Of each slot, a bit for each of its attributes that has come. */
  readonly #claimed = new Uint32Array(slotCount)
  /** Which slots hold something: to empty them is all that clearing takes. */
  readonly #held = new Uint8Array(slotCount)
  #heldCount = 0
  /** How often something was kept, and the last of it, as `set` was told: for who replays it. */
  sets = 0
  lastSlot = 0
  lastRank = 0
  lastValue: Fact = 0
  /** How many attributes were claimed, ever. */
  claims = 0
  /** How many attributes of this thing couldn't be read. */
  unread = 0

  clear(): void {
    for (let index = 0; index < this.#heldCount; index += 1) {
      const held = this.#held[index] ?? 0
      this.#values[held] = undefined
      this.#ranks[held] = unset
      this.#claimed[held] = 0
    }
    this.#heldCount = 0
    this.unread = 0
  }

  /** Notes that an attribute has come; false where it had before. The first of two that are named the same counts, readable or not. */
  claim(at: number, rank: number): boolean {
    const before = this.#claimed[at] ?? 0
    const bit = 1 << rank
    if ((before & bit) !== 0) return false
    if (before === 0 && this.#ranks[at] === unset) this.#hold(at)
    this.#claimed[at] = before | bit
    this.claims += 1
    return true
  }

  /** Keeps a value; of several attributes for one slot, that with the lowest rank wins, and of the same attribute the first. */
  set(at: number, rank: number, value: Fact): void {
    this.sets += 1
    this.lastSlot = at
    this.lastRank = rank
    this.lastValue = value
    const before = this.#ranks[at] ?? unset
    if (before <= rank) return
    if (before === unset && this.#claimed[at] === 0) this.#hold(at)
    this.#values[at] = value
    this.#ranks[at] = rank
  }

  /** Claims and keeps at once, for who has read the same before. @returns whether it was claimed */
  repeat(at: number, rank: number, value: Fact): boolean {
    const claimed = this.#claimed[at] ?? 0
    const bit = 1 << rank
    if ((claimed & bit) !== 0) return false
    const before = this.#ranks[at] ?? unset
    if (claimed === 0 && before === unset) this.#hold(at)
    this.#claimed[at] = claimed | bit
    if (before <= rank) return true
    this.#values[at] = value
    this.#ranks[at] = rank
    return true
  }

  /** Keeps that an attribute was there and couldn't be read. `final`: no other may tell the same in its place. */
  refuse(at: number, rank: number, final: boolean): void {
    this.unread += 1
    this.set(at, final ? rank : weakest, false)
  }

  #hold(at: number): void {
    this.#held[this.#heldCount++] = at
  }

  /** Gives the value that is kept at an index of `slots`. */
  at(index: number): Fact | undefined {
    return this.#values[index]
  }

  /** Whether it was told, and couldn't be read. */
  isUnread(index: number): boolean {
    return this.#values[index] === false
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

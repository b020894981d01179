/** Rows of one chunk of the ring, which is what is handed over at once. So many wake the host's thread before its timer does. */
export const rowsPerChunk = 1_024

/** Chunks that may be with the sender, which gives each back when there is room for another one. */
export const chunksAway = 4

/** All chunks: 16 may wait in the host's thread while as many as may are away. One is spared for what goes last. */
export const chunksInAll = 16 + chunksAway + 1

/** More than a client has handles. The context of a row is its handle's number, and this times the observations that came before the row. */
export const contextsAtMost = 1_024

/** Where each number of a row lies. */
export const numberAt = {
  time: 0,
  context: 1,
  latencyMs: 2,
  inputTokens: 3,
  outputTokens: 4,
  costUsd: 5,
  score: 6,
  /** The flags, and times `flagValues` which names of its chunk are the row's. */
  marks: 7,
} as const
/** Numbers that a row takes. */
export const numbersPerRow = 8
/** Numbers that the rows of a chunk take. */
export const numbersPerChunk = rowsPerChunk * numbersPerRow

/** Where each text lies among the names of a row. Rows with the same names that come one after the other share them. */
export const textAt = { route: 0, finishReason: 1, scoreName: 2, fingerprint: 3 } as const
/** Texts that the names of a row take. */
export const textsPerNames = 4

/** In the place of a number that was left out. */
export const absent = Number.NaN

/** In the place of a number that was given and is none; the row is dropped where rows are checked. */
export const invalid = Infinity

/** In the place of a text that was given and can't be a name. */
export const invalidText = ''

/** No name is longer. A longer text isn't even kept until it is checked: it could be content, or 100 MB. */
export const longestName = 128

/** A flag is one digit in base 4. There are three. */
export const flag = { absent: 0, no: 1, yes: 2, invalid: 3 } as const
/** Values that the three flags of a row can take together. */
export const flagValues = 64

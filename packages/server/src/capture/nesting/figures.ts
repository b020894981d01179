import type { Measurement } from '@afterai/evidence'

/** Figures that a request may give beside that it was made, as bits of a record's `info`: each counts by itself where an inner request lacks it. */
export const figureBits = { input: 64, output: 128, cost: 256, finish: 512 } as const

const all = figureBits.input | figureBits.output | figureBits.cost | figureBits.finish
/** How far left of a figure's bit that one lies which says that a request within tells it too. */
const within = 4
/** How far left that one lies which says that a request within doesn't tell it. */
const lacking = 8
const tokenBits = figureBits.input | figureBits.output
/** A record's bit that says that a request within has the same numbers of tokens. */
const repeated = 1 << 18

/** The figures that a request tells. */
export function figuresOf({ inputTokens, outputTokens, costUsd, unpriced, finishReason }: Measurement): number {
  return (
    (inputTokens === undefined ? 0 : figureBits.input) |
    (outputTokens === undefined ? 0 : figureBits.output) |
    (costUsd === undefined && unpriced !== true ? 0 : figureBits.cost) |
    (finishReason === undefined ? 0 : figureBits.finish)
  )
}

/** The figures that a record tells. */
export function figuresIn(info: number): number {
  return info & all
}

/** A record whose figures are told by requests within as well, those of the second. */
export function withTold(info: number, figures: number): number {
  return info | ((info & figures & all) << within)
}

/** A record around a request that tells those figures, and no others. */
export function withLacking(info: number, figures: number): number {
  return info | ((info & all & ~figures) << lacking)
}

/** A record around a request with the same numbers of tokens. */
export function withRepeated(info: number): number {
  return info | repeated
}

/**
 * Whether a request may know of tokens that nothing counts: it has other numbers than those within, of which one tells none. Which of its
 * tokens are whose isn't told, so that they count as those within tell them.
 */
export function knowsMore(info: number): boolean {
  return (info & repeated) === 0 && (info & (info >>> within) & (info >>> lacking) & tokenBits) !== 0
}

/** A record none of whose figures counts. */
export function withAllTold(info: number): number {
  return withTold(info, all)
}

/** The figures of a record that no request within tells. */
export function leftOf(info: number): number {
  return info & all & ~(info >>> within)
}

/** All bits that taking in spans sets or clears, besides that of being counted. */
export const toldBits: number = all << within

/** A measurement reduced to some of its figures: that there was a request isn't one, nor how long it took. */
export function onlyFigures(it: Measurement, figures: number): Measurement {
  const has = (bit: number): boolean => (figures & bit) !== 0
  return {
    isCall: false,
    ...(has(figureBits.input) ? { inputTokens: it.inputTokens } : {}),
    ...(has(figureBits.output) ? { outputTokens: it.outputTokens } : {}),
    ...(has(figureBits.cost) ? { costUsd: it.costUsd, unpriced: it.unpriced } : {}),
    ...(has(figureBits.finish) ? { finishReason: it.finishReason, refused: it.refused } : {}),
  }
}

/** A measurement without some of its figures. */
export function withoutFigures(it: Measurement, figures: number): Measurement {
  const { error, latencyMs, unidentified } = it
  return { ...onlyFigures(it, all & ~figures), isCall: true, error, latencyMs, unidentified }
}

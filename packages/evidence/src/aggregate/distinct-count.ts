/**
 * Counts distinct things in 256 bytes, to about 6.5 % (1.04 / sqrt(256)). Registers merge by their maximum, so any order or split gives
 * the same count. Source: Flajolet et al., "HyperLogLog", 2007; below 2.5 registers' worth it counts empty registers instead.
 */
export type DistinctCount = Uint8Array

const registers = 256
const alpha = 0.7213 / (1 + 1.079 / registers)

/** A count of nothing. */
export function emptyDistinct(): DistinctCount {
  return new Uint8Array(registers)
}

/** Counts a thing by its name, in place. */
export function addDistinct(count: DistinctCount, name: string): void {
  const hash = spread(name)
  const register = hash >>> 24
  const zeros = Math.min(24, Math.clz32((hash << 8) | 0)) + 1
  if (zeros > (count[register] ?? 0)) count[register] = zeros
}

/** Adds another count, in place. */
export function mergeDistinct(into: DistinctCount, from: DistinctCount): void {
  for (const [index, zeros] of from.entries()) if (zeros > (into[index] ?? 0)) into[index] = zeros
}

/** How many distinct things were counted, about. */
export function distinctOf(count: DistinctCount): number {
  let sum = 0
  let empty = 0
  for (const zeros of count) {
    sum += 2 ** -zeros
    if (zeros === 0) empty += 1
  }
  const estimate = (alpha * registers * registers) / sum
  if (estimate <= 2.5 * registers && empty > 0) return Math.round(registers * Math.log(registers / empty))
  return Math.round(estimate)
}

/** FNV-1a, then the finalizer of MurmurHash3, without which names that differ in their last letter alone stay near each other. */
function spread(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

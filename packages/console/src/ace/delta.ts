import type { Change } from '@afterai/client'

/** One difference between two configurations. */
export type DeltaItem = Change['delta'][number]

/** How many values of two configurations are the same; null where there is none to compare. */
export function unchangedValues({ before, after, delta }: Pick<Change, 'before' | 'after' | 'delta'>): number | null {
  if (before === null || after === null) return null
  return Math.max(0, leaves(after) - delta.filter((item) => item.after !== null).length)
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1
  return Object.values(value).reduce<number>((sum, part) => sum + leaves(part), 0)
}

/** Orders differences so that each category stands together, in the order in which categories first come. */
export function grouped(delta: readonly DeltaItem[]): DeltaItem[] {
  const order = [...new Set(delta.map(({ category }) => category))]
  return delta.toSorted((one, other) => order.indexOf(one.category) - order.indexOf(other.category))
}

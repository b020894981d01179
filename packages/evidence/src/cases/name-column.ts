import { growingPlaces, type Places } from './place-column.ts'
import { textColumn, type TextColumn } from './text-column.ts'

/** A name for each row, of which many rows share one: clusters, slices. */
export interface NameColumn {
  /** The different names, sorted. */
  readonly names: TextColumn
  /** By row: the place of its name plus 1; 0 where it has none. */
  readonly of: Places
}

/** A column of names under construction. */
export interface GrowingNames {
  readonly add: (name: string | undefined) => void
  /** The names in another order, or null if no row has one. What was under construction is let go. */
  readonly finish: (order: Uint32Array) => NameColumn | null
}

/** An empty column of names. */
export function growingNames(): GrowingNames {
  const places = new Map<string, number>()
  const column = growingPlaces()
  let rows = 0
  return {
    add(name) {
      rows += 1
      if (name === undefined) return
      const place = places.get(name) ?? places.size + 1
      if (place > places.size) places.set(name, place)
      column.set(rows - 1, place)
    },
    finish(order) {
      if (places.size === 0) return null
      const names = [...places.keys()].toSorted((a, b) => (a < b ? -1 : 1))
      const sorted = new Uint32Array(places.size + 1)
      names.forEach((name, index) => {
        sorted[places.get(name) ?? 0] = index + 1
      })
      return { names: textColumn(names), of: column.finish(order, sorted) }
    },
  }
}

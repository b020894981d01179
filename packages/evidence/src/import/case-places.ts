import { growingArray } from '../cases/growing-array.ts'
import type { ImportFault } from './faults.ts'

type FaultPlace = Pick<ImportFault, 'line' | 'pointer'>

/** Where each case stands in its file. The lines of a million cases take 4 MB, where an object for each takes 40. */
export interface CasePlaces {
  readonly set: (added: number, place: FaultPlace) => void
  /** The place of the case that was added so many cases after the first. */
  readonly at: (added: number) => FaultPlace
  /** Lets the memory go. */
  readonly release: () => void
}

/** No places yet. */
export function casePlaces(): CasePlaces {
  const lines = growingArray(Uint32Array)
  const others = new Map<number, FaultPlace>()
  return {
    set(added, place) {
      const { line, pointer } = place
      if (line === undefined || pointer !== undefined) {
        others.set(added, place)
        return
      }
      lines.reserve(added + 1)
      lines.array()[added] = line
    },
    at: (added) => others.get(added) ?? { line: lines.array()[added] ?? 0 },
    release: () => lines.release(),
  }
}

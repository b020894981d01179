import type { EvaluationRun } from '../evaluation-run.ts'
import { isTypedName, type Digest } from '../identifier.ts'
import { growingNames } from './name-column.ts'
import { textAt, textCount } from './text-column.ts'

/**
 * A run whose slices bear the names that a person typed for them. A file's own names come as digests where they might be content; what
 * somebody types is digested under the same key, and where the two are one, the typed name stands for it: it came from them, not from the file.
 */
export function withTypedSlices(run: EvaluationRun, typed: readonly string[], digest: Digest): EvaluationRun {
  const { slices } = run.cases
  if (slices === null || typed.length === 0) return run
  const names = Array.from({ length: textCount(slices.names) }, (_, index) => textAt(slices.names, index))
  const typedOf = new Map(typed.filter(isTypedName).map((name) => [digest(name), name]))
  const renamed = names.map((name) => typedOf.get(name) ?? name)
  if (renamed.every((name, index) => name === names[index])) return run
  const column = growingNames()
  for (const place of slices.of) column.add(place === 0 ? undefined : renamed[place - 1])
  return { ...run, cases: { ...run.cases, slices: column.finish(Uint32Array.from(slices.of, (_, row) => row)) } }
}

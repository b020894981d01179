import type { TableFile } from './table-file.ts'

/** Told of a file while it is read, beside its results: for who has yet to say how it is to be read. */
export interface ReadingWatch {
  /** A table was opened; what is made of it isn't settled yet. */
  readonly sawTable: <R>(file: TableFile<R>) => void
  /** The fields that a case of a tool's own file brings, of which one may name its slice. */
  readonly sawVariables: (fields: unknown) => void
  /** The providers or prompts among which a file has to be read for one, as they may be shown. */
  readonly sawChoices: (by: 'provider' | 'prompt', names: readonly string[]) => void
}

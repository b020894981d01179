import type { TextEncoding } from '../reading.ts'
import type { ImportResult } from '../faults.ts'
import type { PromptfooOptions } from '../promptfoo.ts'
import type { ByteSource, ImportSource } from '../source.ts'
import type { TableOptions } from '../table-options.ts'
import type { FormatName } from './names.ts'

/** How to read a file of results: each format takes some of it, and refuses the rest. */
export type ReadingOptions = TableOptions & PromptfooOptions

/** Options a format may take: a mapping of columns, filters of rows, notations of cells, names of the variables that identify cases, a provider and prompt. */
export type Takes = 'mapping' | 'where' | 'notation' | 'variables' | 'selection'

/** The beginning of a file, as far as it shows the format. */
export interface FileHead {
  readonly kind: 'zip' | 'xml' | 'json' | 'text'
  /** Names of members of the first JSON value, as pointers, three levels deep; `*` for an array's elements. */
  readonly keys: ReadonlySet<string>
  /** Whether more JSON values follow the first one. */
  readonly isLines: boolean
  /** The first record of a text that may be CSV. */
  readonly columns: ReadonlySet<string>
  /** The beginning of the text. */
  readonly start: string
  /** Of the file's name: lower case, with its dot; empty for none. */
  readonly extension: string
}

/** A source that is held whole, with its bytes for formats that aren't text. */
export interface OpenedSource extends ImportSource, Pick<ByteSource, 'name' | 'command'> {
  readonly bytes: Uint8Array
  /** Of a text. */
  readonly encoding?: TextEncoding | undefined
}

/** A format of results. */
export type ResultsFormat = FormatDescription & FormatReader

/** How a format is read: in pieces, or held whole as text or as bytes. */
type FormatReader =
  | { readonly holds: 'pieces'; readonly read: (source: ByteSource, options: ReadingOptions) => ImportResult }
  | { readonly holds: 'text' | 'bytes'; readonly read: (source: OpenedSource, options: ReadingOptions) => ImportResult }

interface FormatDescription {
  readonly name: FormatName
  /** The name that people know it by, with the shapes of file that are read. */
  readonly label: string
  /** Content types of its files; the first is the usual one. */
  readonly mediaTypes: readonly [string, ...string[]]
  readonly takes: readonly Takes[]
  readonly recognise: (head: FileHead) => boolean
}

/** Content types of the shapes that results come in. */
export const MEDIA = {
  csv: 'text/csv',
  lines: 'application/x-ndjson',
  json: 'application/json',
  yaml: 'application/yaml',
  xml: 'application/xml',
  zip: 'application/zip',
} as const

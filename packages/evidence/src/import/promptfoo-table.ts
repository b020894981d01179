import { readRecords } from './csv-records.ts'
import type { FaultList } from './faults.ts'
import { field, isObject, parseJson } from './json.ts'
import { mayRead } from './json-text.ts'
import { type OutputColumn, outputColumn, promptOfColumn, unescaped } from './promptfoo-columns.ts'
import type { PromptfooFile, PromptfooResult } from './promptfoo-result.ts'
import { evenSeparator } from './separator.ts'
import { LIMITS } from './source.ts'

/** The columns of one provider and prompt: its output, `Status`, `Score`, `Named Scores`, a column a metric, `Grader Reason`, `Comment`. */
interface Block extends OutputColumn {
  readonly start: number
  readonly end: number
}

const METRIC = 'Metric: '

/** Whether a text is the table of `promptfoo eval --output results.csv` (promptfoo, `buildCsvHeaders` in src/util/eval/evalTableUtils.ts). */
export function isPromptfooTable(text: string): boolean {
  const head = text.slice(0, LIMITS.recordSize)
  return /(?:^|[,;\t|])"?Status"?([,;\t|])"?Score"?\1"?Named Scores"?\1/.test(
    head
      .slice(0, 64 * 1024)
      .split('\n')
      .slice(0, 200)
      .join(' '),
  )
}

/** Reads promptfoo's table: a row a test, with a block of columns for each provider and prompt. It has neither latency, cost nor tokens. */
export function readPromptfooTable(
  text: string,
  faults: FaultList,
  take: (result: PromptfooResult) => void,
): PromptfooFile | undefined {
  const table = text.replace(/^\uFEFF/, '')
  const { character, hasOwnLine } = evenSeparator(table)
  let columns: readonly string[] | undefined
  let row = 0
  let isDeclaration = hasOwnLine
  for (const record of readRecords([table], character)) {
    if (!('cells' in record)) return faults.add(record.fault, record.text, { line: record.line })
    const { cells, line } = record
    if (isDeclaration) isDeclaration = false
    else if (columns === undefined) columns = cells
    else {
      if (cells.length === columns.length) readRow(cells, columns, { testIdx: row, line, faults }, take)
      else faults.add('ragged_row', `${cells.length} cells under ${columns.length} columns`, { line })
      row += 1
    }
  }
  return { config: undefined, dropped: [] }
}

function readRow(
  record: readonly string[],
  columns: readonly string[],
  { testIdx, line, faults }: { readonly testIdx: number; readonly line: number; readonly faults: FaultList },
  take: (result: PromptfooResult) => void,
): void {
  const blocks = blocksOf(columns)
  const first = blocks[0]?.start ?? 0
  const hasDescription = columns[0] === 'Description'
  const vars = Object.fromEntries(
    columns
      .slice(0, first)
      .flatMap((name, index) =>
        hasDescription && index === 0 ? [] : [[name, unescaped(record[index] ?? '')] as const],
      ),
  )
  const description = hasDescription && record[0] !== '' ? unescaped(record[0] ?? '') : undefined
  blocks.forEach((block, promptIdx) => {
    const status = record[block.start + 1] ?? ''
    if (status === '' || !mayRead(record[block.start + 3] ?? '', { line }, faults)) return
    take({
      place: { line },
      providers: block.provider === '' ? [] : [block.provider],
      prompt: promptOfColumn(block.prompt),
      promptIdx,
      testIdx,
      repeatGroup: undefined,
      vars,
      rendered: vars,
      hasTest: false,
      description,
      assertions: undefined,
      isError: status === 'ERROR',
      measured: { pass: status === 'PASS', score: record[block.start + 2] },
      scores: scoresOf(record, columns, block),
      dropped: ['vars', 'output', 'reason', 'comment'],
    })
  })
}

function blocksOf(columns: readonly string[]): Block[] {
  const starts = columns.flatMap((name, index) =>
    index > 0 && name === 'Status' && columns[index + 1] === 'Score' ? [index - 1] : [],
  )
  return starts.map((start, index) => {
    return { start, end: starts[index + 1] ?? columns.length, ...outputColumn(columns[start] ?? '') }
  })
}

function scoresOf(record: readonly string[], columns: readonly string[], { start, end }: Block): [string, unknown][] {
  const named = columns
    .slice(start, end)
    .flatMap((name, index): [string, unknown][] =>
      name.startsWith(METRIC) ? [[name.slice(METRIC.length), record[start + index]]] : [],
    )
  if (named.length > 0) return named
  const parsed = parseJson(record[start + 3] ?? '')
  const scores = field(parsed, 'value')
  return isObject(scores) ? Object.entries(scores) : []
}

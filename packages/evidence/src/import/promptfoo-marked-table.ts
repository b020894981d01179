import { readRecords } from './csv-records.ts'
import type { FaultList } from './faults.ts'
import { type OutputColumn, outputColumn, promptOfColumn, unescaped } from './promptfoo-columns.ts'
import type { PromptfooFile, PromptfooResult } from './promptfoo-result.ts'
import { evenSeparator } from './separator.ts'
import { LIMITS } from './source.ts'

/** A column whose cells are outputs. */
interface MarkedColumn extends OutputColumn {
  readonly index: number
}

interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

/** A mark, and the score behind it if the version wrote one: `[PASS] (0.75, tone: 0.50)` alone on the first line. */
const marked = /^\[(PASS|FAIL|ERROR)\](?=\s|$)/
const longestFirstLine = 4_096
const scoreLine = /^\[[A-Z]+\] \((-?\d+\.\d\d|NaN|undefined)((?:, [^\n]{1,256}?: -?\d+\.\d\d)*)\)\s*$/
const named = /, ([^\n]{1,256}?): (-?\d+\.\d\d)(?=, |$)/g

/**
 * Whether a text begins as promptfoo's table whose outputs stand behind their marks: `[provider] prompt` over a column, or a mark with something behind
 * it. A column of bare marks may be anybody's.
 */
export function isPromptfooMarkedTable(start: string): boolean {
  const mark = /(?:^|[\n\r,;\t|])"?\[(?:PASS|FAIL|ERROR)\](?: \(-?\d+\.\d\d[,)]| [^\s",;|]|\r?\n\r?\n)/
  const column = /(?:^|[,;\t|])"?\[[^\]\n]+\] /m
  return mark.test(start) || (column.test(start) && /[\n\r,;\t|]"?\[(?:PASS|FAIL|ERROR)\]/.test(start))
}

/**
 * Reads the table that `promptfoo eval --output results.csv` writes, and its sheet at Google: a row a test, the variables, and a column for each provider
 * and prompt, whose cells begin with `[PASS]`, `[FAIL]` or `[ERROR]`. Source: promptfoo, `outputToSimpleString` in src/util/output.ts.
 */
export function readPromptfooMarkedTable(
  text: string,
  faults: FaultList,
  take: (result: PromptfooResult) => void,
): PromptfooFile | undefined {
  const rows = rowsOf(text.replace(/^\uFEFF/, ''), faults)
  const [header, ...tests] = rows ?? []
  if (header === undefined) return undefined
  const columns = markedColumns(header.cells, tests)
  const first = columns[0]?.index ?? header.cells.length
  for (const [testIdx, { cells, line }] of tests.entries()) {
    if (cells.length !== header.cells.length) {
      faults.add('ragged_row', `${cells.length} cells under ${header.cells.length} columns`, { line })
      continue
    }
    const vars = Object.fromEntries(
      header.cells.slice(0, first).map((name, index) => [name, unescaped(cells[index] ?? '')] as const),
    )
    for (const [promptIdx, column] of columns.entries()) {
      const output = (cells[column.index] ?? '').trim()
      const [, status] = marked.exec(output) ?? []
      if (status !== undefined) take(resultOf(column, output, status, { vars, line, testIdx, promptIdx }))
      else if (output !== '')
        faults.add('malformed', 'an output without [PASS], [FAIL] or [ERROR] before it', {
          line,
          column: header.cells[column.index] ?? '',
        })
    }
  }
  return { config: undefined, dropped: [] }
}

function rowsOf(text: string, faults: FaultList): Row[] | undefined {
  if (text.length > LIMITS.fileSize) return faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
  const { character, hasOwnLine } = evenSeparator(text)
  const rows: Row[] = []
  for (const record of readRecords([text], character)) {
    if (!('cells' in record)) return faults.add(record.fault, record.text, { line: record.line })
    rows.push(record)
  }
  return hasOwnLine ? rows.slice(1) : rows
}

/** Variables stand before outputs: from the first column all of whose cells have a mark, each column is one of outputs. */
function markedColumns(header: readonly string[], tests: readonly Row[]): MarkedColumn[] {
  const isMarked = (index: number): boolean => {
    const cells = tests.map((row) => (row.cells[index] ?? '').trim()).filter((cell) => cell !== '')
    return cells.length > 0 && cells.every((cell) => marked.test(cell))
  }
  const first = header.findIndex((_, index) => isMarked(index))
  if (first < 0) return []
  return header.slice(first).map((name, index) => ({ index: first + index, ...outputColumn(name) }))
}

interface Place {
  readonly vars: Readonly<Record<string, string>>
  readonly line: number
  readonly testIdx: number
  readonly promptIdx: number
}

function resultOf(
  { provider, prompt }: OutputColumn,
  output: string,
  status: string,
  { vars, line, testIdx, promptIdx }: Place,
): PromptfooResult {
  const { score, scores } = scoresOf(output)
  return {
    place: { line },
    providers: provider === '' ? [] : [provider],
    prompt: promptOfColumn(prompt),
    promptIdx,
    testIdx,
    repeatGroup: undefined,
    vars,
    rendered: vars,
    hasTest: false,
    description: undefined,
    assertions: undefined,
    isError: status === 'ERROR',
    measured: { pass: status === 'PASS', score },
    scores,
    dropped: ['vars', 'output'],
  }
}

function scoresOf(output: string): { readonly score: string | undefined; readonly scores: [string, unknown][] } {
  const line = output.slice(0, longestFirstLine).split(/\r?\n/, 1)[0] ?? ''
  const [, score = '', others = ''] = scoreLine.exec(line) ?? []
  return {
    score: /\d/.test(score) ? score : undefined,
    scores: [...others.matchAll(named)].map(([, name = '', value]) => [name, value]),
  }
}

import type { Evaluation } from '@afterai/contract'
import { errorCount, runToJson, type DroppedField, type TableReading } from '@afterai/evidence'
import { importHere, unreadable, type EvaluationFile } from '../evaluation-file.ts'
import type { LocalKey } from '../local-key.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import type { LocalContext } from './leaf.ts'

/** Reads a file here and tells what would be imported, and how it was read. Nothing is sent. @throws {CommandFailure} `failed` with the file's faults */
export function dryRun({ out }: LocalContext, evaluation: EvaluationFile, key: LocalKey): void {
  const result = importHere(evaluation, key)
  if (!result.ok) throw unreadable(evaluation.file.path, result)
  const { run, repeats, table: reading = null } = result
  out.answer(
    {
      // Made only where it is asked for: each case becomes an object.
      get json() {
        return { ...runToJson(run), repeats, table: reading }
      },
      value: run,
    },
    {
      lines: () => [
        ...properties([
          ['format', run.format],
          ['cases', run.cases.rows - repeats],
          ['repeats', repeats],
          ['errors', errorCount(run.cases)],
          ['selection', run.selection && printable(run.selection)],
          ['metrics', metricText(run.metrics)],
        ]),
        ...noteLines(run.notes ?? []),
        ...tableLines(reading),
        ...droppedLines(run.dropped),
        '',
        'Nothing was sent.',
      ],
    },
  )
}

/** How many cases there are, and how many of them are no answers or repeats of others. */
export function caseCount({ cases, errors, repeats }: Pick<Evaluation, 'cases' | 'errors' | 'repeats'>): string {
  if (repeats === null || repeats === 0) return `${cases}, ${errors} of them errors`
  return `${cases - repeats} in ${cases} rows, of which ${repeats} repeat one (averaged) and ${errors} are errors`
}

/** How a table was read; nothing for files that are none. */
export function tableLines(reading: TableReading | Evaluation['table']): string[] {
  if (reading === null) return []
  const { encoding, separator, caseId, cluster, slice, error } = reading
  return [
    '',
    ...properties([
      ['encoding', encoding],
      ['separator', separator],
      ['case ids', caseId.map(printable).join(' + ')],
      ['clusters', cluster && printable(cluster)],
      ['slices', slice && printable(slice)],
      ['no answer', error && printable(error)],
    ]),
    '',
    ...table(
      ['metric', 'column', 'kind', 'better', 'written as', 'missing'],
      reading.metrics.map(({ metric, column, kind, direction, notation, missing }) => [
        printable(metric),
        printable(column),
        kind,
        direction ?? 'not said',
        notation,
        missing,
      ]),
    ),
  ]
}

/** Formats the notes on how a file was read, which a reader should know. */
export function noteLines(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : ['', ...notes.map(printable)]
}

/** The metrics and their kinds in a line. */
export function metricText(metrics: readonly Evaluation['metrics'][number][]): string {
  return metrics.map(({ name, kind }) => `${printable(name)} (${kind})`).join(', ')
}

/** Formats the fields left out of a file, and how often each was. */
export function droppedLines(dropped: readonly DroppedField[]): string[] {
  if (dropped.length === 0) return []
  return [
    '',
    ...table(
      ['dropped, never kept', 'values'],
      dropped.map(({ field, count }) => [printable(field), count]),
    ),
  ]
}

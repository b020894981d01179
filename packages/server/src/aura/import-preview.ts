import type { ImportPreview as ImportPreviewView } from '@afterai/contract'
import { distinctCases, errorCount, type ImportPreview, sliceNames } from '@afterai/evidence'

/** So many names of slices are told. */
const mostSlices = 200

/** What there is to tell of a file that was read: what describes its run, and not its cases. */
export function seenOf({ result, ...seen }: ImportPreview): ImportPreviewView {
  const faults = result.ok ? [] : result.faults
  return {
    ...seen,
    takes: [...seen.takes],
    columns: seen.columns.map((column) => ({ ...column, choices: [...column.choices] })),
    variables: [...seen.variables],
    choices: seen.choices.map(({ by, names }) => ({ by, names: [...names] })),
    run: result.ok ? runOf(result) : null,
    faults: faults.map(({ code, text, line = null, column = null, pointer = null }) => ({
      code,
      text,
      line,
      column,
      pointer,
    })),
    moreFaults: result.ok ? 0 : result.more,
  }
}

function runOf({ run, table }: Extract<ImportPreview['result'], { ok: true }>): ImportPreviewView['run'] {
  return {
    selection: run.selection,
    ranAt: run.ranAt ?? null,
    errors: errorCount(run.cases),
    metrics: [...run.metrics],
    dropped: [...run.dropped],
    digestedIdentifiers: run.digestedIdentifiers,
    notes: [...(run.notes ?? [])],
    table: table === undefined ? null : { ...table, caseId: [...table.caseId], metrics: [...table.metrics] },
    rows: run.cases.rows,
    cases: distinctCases(run.cases),
    slices: sliceNames(run.cases).slice(0, mostSlices),
  }
}

import type { Preview } from './evaluations.ts'

type Fault = Preview['faults'][number]

/** Where a fault is, in words: "line 3, column correct". */
export function placeWords({ line, column, pointer }: Pick<Fault, 'line' | 'column' | 'pointer'>): string {
  const places = [
    line === null ? '' : `line ${line.toLocaleString('en')}`,
    column === null ? '' : `column ${column}`,
    pointer ?? '',
  ]
  return places.filter((place) => place !== '').join(', ') || 'the file'
}

/** What to do on this page, where the server's own words name options of the command line. */
const remedies: Readonly<Record<string, string>> = {
  no_metric: 'say below which columns are metrics',
  column_missing: 'say below which column is the id of the case, and which are metrics',
  case_id_missing: 'give every row an id, or say below which other column is the id of the case',
  ids_of_runs: 'say below which column stays the same from one run to the next',
  several_datasets: 'say below that both columns are the id of the case',
  ambiguous_selection: 'say below which one to read',
  nothing_selected: 'choose another one below',
  ambiguous_number: 'say below which of the two it is',
  not_a_number:
    'write numbers, percentages, fractions, or yes and no in the whole column, and leave a cell empty where nothing was measured',
  not_binary: 'write 0 or 1 in the whole column',
  negative: 'leave such cells empty',
  sentinel: 'leave such cells empty where nothing was measured',
  unknown_format: 'export the results as CSV',
  not_a_table: 'export the results as CSV, or as JSON with one object a line',
  unsuited_option: 'choose nothing for it',
  conflicting_case: 'give the cases ids of their own, or leave out the slice or the cluster',
}

/** What was found, and what to do about it here. */
export function faultWords({ code, text }: Pick<Fault, 'code' | 'text'>): string {
  const [found = text] = text.split('; ', 1)
  const remedy = remedies[code]
  if (remedy !== undefined) return `${found}; ${remedy}`
  return text.includes(' --') ? found : text
}

/** Faults that aren't the reader's to mend: that one file holds several things is asked about instead. */
export function isAboutSides({ code }: Pick<Fault, 'code'>): boolean {
  return code === 'ambiguous_selection' || code === 'no_metric'
}

import { FAULTS, MISSING_MARKS, NOTATIONS } from '../packages/evidence/src/index.ts'

/** `docs/reference/imports.md`: how files of results are read. */
export function importsReference(): string {
  const notations = NOTATIONS.map(
    ({ name, forms, reads }) => `| ${name} | ${forms.map((form) => `\`${form}\``).join(' ')} | ${reads} |`,
  )
  const faults = Object.entries(FAULTS).map(
    ([code, step]) => `| \`${code}\` | ${step.replaceAll('|', String.raw`\|`)} |`,
  )
  return `# Reading tables of results

<!-- Made from packages/evidence/src/import by \`npm run generate\`; edit scripts/imports-reference.ts. -->

CSV, and JSON with one object a line (JSONL). \`afterai import FILE --dry-run\` reads a file on your machine and tells all that this page
is about: encoding, separator, which column became which metric with kind and direction, the notation of each, cases, repeats,
errors and missing values. The same is in the answer of an import (\`table\`, \`repeats\`) and in \`afterai evaluation show\`. A server answers it of a file that it
doesn't keep, with every column, what it is taken for and why, by \`POST /v1/evaluations/preview\`: the console asks that before a file is brought in. Nothing depends on
the order of rows or columns, but the order in which cases are kept.

## Encoding
A byte order mark settles it: UTF-8, UTF-16LE or UTF-16BE. Without one the whole file does: UTF-16 where every other byte of plain
text is zero, UTF-8 if all of it is that, else Windows-1252 (which holds ISO 8859-1), and the result says so. A file that is UTF-8 in one place
and not in another is refused, and so is one that ends within a character. Documents that are no tables, such as promptfoo's, are Unicode alone.

## Separator
\`,\` \`;\` tab or \`|\`: what the first line declares (\`sep=;\`), else the only one of them in the header. Where the header holds several, the one
under which every row has as many cells as the header; if that leaves several, the file is refused. Quotes are those of RFC 4180; a quote
within an unquoted cell stands for itself. Lines may end in \`\\n\`, \`\\r\\n\` or \`\\r\`. Rows of separators alone are skipped.

## Numbers
A column is written in one notation, and all of its cells are read by it. It is the first of these that reads every cell:

| notation | such as | read as |
| --- | --- | --- |
${notations.join('\n')}

A column that mixes notations is refused, once, with each notation and its first line. Digits 0 and 1 are words too, so \`true\` and \`1\` go
together. \`1,234\` may be 1.234 or 1234, and so may \`1.234\` in a file whose separator isn't the comma. What the column's other cells leave open
is settled by the other metrics of the file, if these agree; else the column is refused, and \`--decimal point\` or \`--decimal comma\`
says which. In comma-separated files and in JSON a point alone is a decimal point.

Nothing was measured where a cell is empty or holds ${MISSING_MARKS.map((mark) => `\`${mark}\``).join(', ')}, in any case of letters; \`--missing TEXT\`
names another mark. Missing values are counted, and never refuse a file. In JSONL a bare \`NaN\`, as Python writes it, is missing too.

## Columns
Columns of one name are told apart by their place: \`Score#1\`, \`Score#2\`, as in a table of several prompts. A column without a name is called
by its place, \`column-3\`. A file whose first line is a row (each cell a number above numbers, or an id like those below) has no header, and is refused with the command that puts one before it. In JSONL a column is a key, or a JSON pointer (\`/metrics/score\`).

## Cases
\`--case\` names the column of ids; repeated, it names several that identify a case together, joined by \`/\` (\`arc/7\`; a slash within one is
written \`#1\`). Rows with the same id are repeats of one case: they are counted, and averaged when assessed. They are no repeats, and the file is
refused, where a column named dataset, task, subset or split differs within one id (name both columns, or choose one with \`--where\`), or one
named metric, metric_name, scorer or evaluator does, or where config, configuration, model, provider or variant has several values.

Without \`--case\` and \`--metric\` the usual names of columns are looked for. Two guesses aren't taken: an \`id\` that is a UUID of its own
for each row beside an \`input\` or \`inputs.…\` column is the run's, not the case's; and some numbers often mean "no score": -1 on a scale that has nothing else below 0 and ends above 1; \`-9\`, \`-99\`, \`-999\` and so on where nothing else
is below 0; \`99\`, \`999\`, \`9999\` and so on where nothing else is a tenth of it. Say what it is with \`--case\`, \`--metric\` or \`--missing -999\`. Of a metric that \`--metric\` names such numbers are taken as scores, unless
its scale holds them, and a note says so.

If two runs hardly share an id but would if both wrote them alike (case of letters, leading zeros, blanks and separators), the
assessment warns of it (\`ids_nearly_match\`).

## Names
Names of metrics, columns and selections that you type come back as you typed them: 1 to 128 visible characters of any script, at most six
words; others are refused. Names that the file chose pass if they are one word of plain characters, and are replaced by
their keyed digest if not.

## Size
A file is read in pieces; what is held is the cases. There is no limit of rows, only of bytes: 128 MiB, or \`AFTERAI_IMPORT_MAX_MIB\` on a server if that is
less. A record holds at most 4 Mi characters and 500 columns. A file of a tool's own format, such as promptfoo's, is held whole.

A server puts what arrives into a file without a name in its folder for temporary files (\`TMPDIR\`, or \`/tmp\`), encrypted under a key that it keeps
in memory alone and forgets with the file. The folder must have room for the uploads of a moment; where it lies in memory itself (tmpfs), they count
as memory. Files above 8 MiB are read one at a time, smaller ones two at a time, and a few more wait their turn.

| what an import may take on a server | limit | beyond it |
| --- | --- | --- |
| its body, to arrive | 5 minutes, and never 15 seconds of silence | 408 or a closed connection; nothing is kept |
| its turn, to come | 1 minute, and so many that wait | 503 \`not_ready\` with \`Retry-After\`; nothing is kept |
| reading it | 1 minute | 503 \`not_ready\` with \`Retry-After\`; nothing is kept |

While a server reads or compares, a connection may be silent as long as that takes. If its client goes away before the answer, nothing is kept. A retry
with the same \`Idempotency-Key\` and file gets what the first try stored, before anything is read again; \`afterai import\` retries so by itself.

## Faults
A file with a fault is not imported at all. Each fault says what was found and where, with the first three lines of each column's, and what
to do. Cells are never quoted. Where columns weren't found, the fault lists those of the file whose names are one word, and proposes the
command that would map them.

| code | what to do |
| --- | --- |
${faults.join('\n')}
`
}

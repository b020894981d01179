import { evaluationView, type Evaluation } from '@afterai/contract'
import { errorCount, formatByName, RESULTS_FORMATS, runToJson, type ImportResult } from '@afterai/evidence'
import { Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import { importHere, readEvaluationFile, type EvaluationFile, type EvaluationOptions } from '../evaluation-file.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { during, gather, online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface ImportOptions extends EvaluationOptions {
  readonly system?: string
  readonly label?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `import` and `evaluation`: results of evaluations, without their content. */
export function addEvaluationCommands(program: Command, mount: Mount): void {
  withQuiet(
    withReadingOptions(
      serverLeaf(program, 'import <file>', {
        summary: 'Import results of an evaluation, without their content.',
        description:
          'Import results of an evaluation: its numbers and names. Prompts and outputs are dropped, and counted.',
        examples: [
          'afterai import results.json --system support-bot --provider acme-large-2026-03 --label before',
          'afterai import results.csv --case question_id --metric accuracy=correct:binary --where model=acme-small-2026-10',
          'afterai import samples.eval --system support-bot --label after',
          'afterai import results.jsonl --dry-run',
        ],
      }),
    ),
    'the id',
  )
    .option('--system <name>', 'the system that was evaluated')
    .option('--label <name>', 'a name for this evaluation, to refer to it by')
    .option('--dry-run', 'read the file here and tell what would be imported; nothing is sent')
    .action(online(mount, importFile))

  const evaluation = program.command('evaluation').description('Imported evaluations.')
  withPaging(
    serverLeaf(evaluation, 'list', {
      description: 'List the imported evaluations, newest first.',
      examples: ['afterai evaluation list'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list(evaluationView, { path: '/v1/evaluations' }, options), {
        lines: ({ items }) =>
          table(
            ['id', 'label', 'format', 'cases', 'metrics', 'imported'],
            items.map((it) => [
              it.id,
              it.label && printable(it.label),
              it.format,
              it.cases,
              it.metrics.map(({ name }) => name).join(' '),
              it.createdAt.slice(0, 16).replace('T', ' '),
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )
  serverLeaf(evaluation, 'show <id>', {
    description: 'Show an imported evaluation. It may be named by its label.',
    examples: ['afterai evaluation show before'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = `/v1/evaluations/${await evaluationIdOf(api, given)}`
      out.answer(await api.call(evaluationView, { method: 'GET', path }), { lines: evaluationLines })
    }),
  )
}

/** Options that say how a file of results is read. */
export function withReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', "the file's format (default: what the file shows)").choices(
        RESULTS_FORMATS.map(({ name }) => name),
      ),
    )
    .option('--case <column>', 'column of case ids; for other tools, the variable or metadata that identifies a case')
    .option('--cluster <column>', 'column of clusters: cases that resemble each other')
    .option('--slice <column>', 'column of slices')
    .option('--error <column>', 'column that tells where no answer came')
    .option('--where <column=value>', 'only rows with this value; may be repeated', gather)
    .option('--metric <name=column[:kind[:direction]]>', 'a metric; may be repeated', gather)
    .option('--provider <label>', 'for promptfoo: whose results')
    .option('--prompt <label>', 'for promptfoo: the results of which prompt')
}

/** The whole id of an evaluation, given by id, part of an id, or label. */
export async function evaluationIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'evaluation',
    path: '/v1/evaluations',
    item: evaluationView,
    label: ({ label }) => label,
  })
}

async function importFile(context: ServerContext, path: string, options: ImportOptions): Promise<void> {
  const file = await readEvaluationFile(path, options)
  if (options.dryRun === true) return dryRun(context, file)
  const answer = await during(context, `Importing ${path}`, () =>
    context.api.call(evaluationView, {
      method: 'POST',
      path: '/v1/evaluations',
      query: { ...importQuery(file), system: options.system, label: options.label },
      file: { bytes: file.bytes, contentType: formatByName(file.format).mediaTypes[0] },
    }),
  )
  context.out.answer(answer, { lines: evaluationLines, quiet: ({ id }) => [id] })
}

function importQuery({ format, reading }: EvaluationFile): Readonly<Record<string, string | undefined>> {
  const { mapping, where = [], ...names } = reading
  return {
    format,
    ...names,
    mapping: mapping && JSON.stringify(mapping),
    where: where.length > 0 ? JSON.stringify(where) : undefined,
  }
}

function dryRun({ out }: ServerContext, file: EvaluationFile): void {
  const result = importHere(file)
  if (!result.ok) throw unreadable(file.path, result)
  const { run } = result
  out.answer(
    { json: runToJson(run), value: run },
    {
      lines: () => [
        ...properties([
          ['format', file.format],
          ['cases', run.cases.rows],
          ['errors', errorCount(run.cases)],
          ['selection', run.selection],
          ['metrics', metricText(run.metrics)],
        ]),
        ...noteLines(run.notes ?? []),
        ...droppedLines(run.dropped),
        '',
        'Nothing was sent.',
      ],
    },
  )
}

function unreadable(path: string, { faults, more }: Extract<ImportResult, { ok: false }>): CommandFailure {
  const place = ({ line, column, pointer }: (typeof faults)[number]): string =>
    [line !== undefined && `line ${line}`, column !== undefined && `column ${column}`, pointer]
      .filter(Boolean)
      .join(', ')
  return new CommandFailure('failed', `${path} cannot be imported.`, {
    lines: [
      ...faults.map((fault) => `  ${[place(fault), printable(fault.text)].filter(Boolean).join(': ')}`),
      ...(more > 0 ? [`  ... and ${more} more`] : []),
    ],
  })
}

function evaluationLines(it: Evaluation): string[] {
  return [
    ...properties([
      ['evaluation', it.id],
      ['label', it.label && printable(it.label)],
      ['system', it.system],
      ['selection', it.selection && printable(it.selection)],
      ['cases', `${it.cases}, ${it.errors} of them errors`],
      ['metrics', metricText(it.metrics)],
      ['source', `${it.format}, ${it.sizeBytes} bytes, ${it.sourceDigest}`],
    ]),
    ...noteLines(it.notes),
    ...droppedLines(it.dropped),
  ]
}

function noteLines(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : ['', ...notes.map(printable)]
}

function metricText(metrics: readonly Evaluation['metrics'][number][]): string {
  return metrics.map(({ name, kind }) => `${name} (${kind})`).join(', ')
}

function droppedLines(dropped: readonly { readonly field: string; readonly count: number }[]): string[] {
  if (dropped.length === 0) return []
  return [
    '',
    ...table(
      ['dropped, never kept', 'values'],
      dropped.map(({ field, count }) => [printable(field), count]),
    ),
  ]
}

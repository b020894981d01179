import type { Input } from '@afterai/client'
import { evaluationView, type Evaluation } from '@afterai/contract'
import { formatByName, RESULTS_FORMATS } from '@afterai/evidence'
import { Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { localKey, type LocalKey } from '../local-key.ts'
import { openEvaluationFile, type EvaluationFile, type EvaluationOptions } from '../evaluation-file.ts'
import { person } from '../terminal/person.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { caseCount, dryRun, droppedLines, metricText, noteLines, tableLines } from './import-dry-run.ts'
import { during, gather, online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface ImportOptions extends EvaluationOptions {
  readonly system?: string
  readonly label?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** A timeout beyond what a server allows a large file: five minutes on its way, and a minute each to wait its turn and to be read. */
const IMPORT_TIMEOUT_MS = 8 * 60_000

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
      out.answer(await api.list('listEvaluations', evaluationView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'label', 'format', 'cases', 'metrics', 'imported', 'by'],
            items.map((it) => [
              it.id,
              it.label && printable(it.label),
              it.format,
              it.cases,
              it.metrics.map(({ name }) => name).join(' '),
              minuteOf(it.createdAt),
              importerOf(it),
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
      const id = await evaluationIdOf(api, given)
      out.answer(await api.call('getEvaluation', evaluationView, { path: { id } }), { lines: evaluationLines })
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
    .option(
      '--case <column>',
      'column of case ids; several together, if repeated; for other tools, the variable or metadata that identifies a case',
      gather,
    )
    .option('--cluster <column>', 'column of clusters: cases that resemble each other')
    .option('--slice <column>', 'column of slices')
    .option('--error <column>', 'column that tells where no answer came')
    .option('--where <column=value>', 'only rows with this value; may be repeated', gather)
    .option('--metric <name=column[:kind[:direction[:scale]]]>', 'a metric; may be repeated', gather)
    .addOption(
      new Option('--decimal <mark>', 'decimal mark of columns that could have either').choices(['point', 'comma']),
    )
    .option('--missing <text>', 'cells that mean that nothing was measured, such as -1; may be repeated', gather)
    .option('--provider <label>', 'for promptfoo: whose results')
    .option('--prompt <label>', 'for promptfoo: the results of which prompt')
}

/** The key under which files are read here, without a server. */
export function keyOf({ world, out, settings }: ServerContext): LocalKey {
  const warn = (line: string): unknown => world.stderr.write(`${line}\n`)
  return localKey(settings.digestKeyFile, { remark: out.remark, warn })
}

/** The whole id of an evaluation, given by id, part of an id, or label. */
export async function evaluationIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'evaluation',
    list: (it, paging) => it.list('listEvaluations', evaluationView, paging),
    label: ({ label }) => label,
    about: (it) => `${it.system ?? 'no system'}, ${minuteOf(it.createdAt)}, ${it.format}, by ${importerOf(it)}`,
  })
}

async function importFile(context: ServerContext, path: string, options: ImportOptions): Promise<void> {
  const key = keyOf(context)
  const evaluation = openEvaluationFile(path, options, key)
  if (options.dryRun === true) return dryRun(context, evaluation, key)
  const { file, format } = evaluation
  const answer = await during(context, `Importing ${path}`, async () =>
    context.api.call('importEvaluation', evaluationView, {
      query: { ...importQuery(evaluation), system: options.system, label: options.label },
      body: await file.content(),
      contentType: formatByName(format).mediaTypes[0],
      timeoutMs: IMPORT_TIMEOUT_MS,
    }),
  )
  context.out.answer(answer, { lines: evaluationLines, quiet: ({ id }) => [id] })
}

function importQuery({ format, reading }: EvaluationFile): NonNullable<Input<'importEvaluation'>['query']> {
  const { mapping, where = [], missing = [], ...rest } = reading
  return {
    format,
    ...rest,
    mapping: mapping && JSON.stringify(mapping),
    where: where.length > 0 ? JSON.stringify(where) : undefined,
    missing: missing.length > 0 ? JSON.stringify(missing) : undefined,
  }
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

function importerOf({ importedBy: id, importedByName: name, importedByEmail: email }: Evaluation): string {
  return person({ id, name, email })
}

function evaluationLines(it: Evaluation): string[] {
  return [
    ...properties([
      ['evaluation', it.id],
      ['label', it.label && printable(it.label)],
      ['system', it.system],
      ['selection', it.selection && printable(it.selection)],
      ['cases', caseCount(it)],
      ['metrics', metricText(it.metrics)],
      ['case set', it.caseDigest],
      ['run', it.ranAt],
      ['imported', `${it.createdAt}, by ${importerOf(it)}`],
      ['source', `${it.format}, ${it.sizeBytes} bytes, ${it.sourceDigest}`],
    ]),
    ...noteLines(it.notes),
    ...tableLines(it.table),
    ...droppedLines(it.dropped),
  ]
}

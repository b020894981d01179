import { assessmentView } from '@afterai/contract'
import type { Band } from '@afterai/evidence'
import type { Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { filtersOf, isTable, mappingOf, variablesOf, type EvaluationOptions } from '../evaluation-file.ts'
import type { ExitName } from '../exit-codes.ts'
import { assessOffline, type OfflineAssessment } from '../offline/assess-offline.ts'
import { formatAssessment } from '../offline/format-assessment.ts'
import { person } from '../terminal/person.ts'
import { readPlan, statesPlan, type PlanOptions } from '../assessment-plan.ts'
import { underPlanLines } from '../plan-lines.ts'
import { evaluationIdOf, keyOf, withReadingOptions } from './evaluation.ts'
import { during, gather, online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'
import { withPlanOptions } from './plan-options.ts'

interface AssessOptions extends PlanOptions, EvaluationOptions {
  readonly offline?: boolean
  readonly baseline?: string
  readonly candidate?: string
  readonly baselineWhere?: readonly string[]
  readonly candidateWhere?: readonly string[]
  readonly baselineProvider?: string
  readonly candidateProvider?: string
  readonly baselinePrompt?: string
  readonly candidatePrompt?: string
  readonly exitCode?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const exits: Readonly<Record<Band, ExitName>> = {
  material_regression: 'materialRegression',
  regression: 'regression',
  withheld: 'withheld',
  minor_regression: 'minorRegression',
  inconclusive: 'inconclusive',
  non_inferior: 'ok',
  improved: 'ok',
}

/** `assess`: what a change does to quality, latency and cost (AURA). */
export function addAssessCommand(program: Command, mount: Mount): void {
  const assess = serverLeaf(program, 'assess <change> [candidate]', {
    summary: 'Assess a change (AURA): compare evaluations before and after it.',
    description:
      'Assess a change: compare the evaluation before it with the one after it, case by case. ' +
      'Without margins of its own it is held to the plan that was sealed for the change, if there is one. ' +
      'With --offline, compare two files of results here, without a server.',
    examples: [
      'afterai assess 01980a2c --baseline before --candidate after',
      'afterai assess 01980a2c --baseline before --candidate after --primary pass --margin pass=0.02',
      'afterai assess --offline baseline.json candidate.json --exit-code',
      'afterai assess --offline runs.csv runs.csv --baseline-where model=old --candidate-where model=new',
      'afterai assess --offline results.json results.json --baseline-prompt v1 --candidate-prompt v2',
    ],
  })
  assess.usage(
    '[options] <change> --baseline <evaluation> --candidate <evaluation>\n       afterai assess [options] --offline <baseline> <candidate>',
  )
  withPlanOptions(
    assess
      .option('--baseline <evaluation>', 'evaluation before the change: id or label')
      .option('--candidate <evaluation>', 'evaluation after it: id or label'),
  )
    .option('--exit-code', 'end with a code that tells the verdict')
    .option('--offline', 'compare two files here')
    .optionsGroup('With --offline:')
  withReadingOptions(withQuiet(assess, 'the id; offline, the verdict'))
    .option('--baseline-where <column=value>', 'rows of the first file', gather)
    .option('--candidate-where <column=value>', 'rows of the second file', gather)
    .option('--baseline-provider <label>', 'provider in the first file')
    .option('--candidate-provider <label>', 'provider in the second file')
    .option('--baseline-prompt <label>', 'prompt in the first file')
    .option('--candidate-prompt <label>', 'prompt in the second file')
    .action(
      online(mount, async (context, first: string, second: string | undefined, options: AssessOptions) =>
        options.offline === true
          ? assessFiles(context, [first, second], options)
          : assessChange(context, [first, second], options),
      ),
    )
}

/** A timeout beyond what a server allows two large evaluations: a minute to wait their turn, and two to be compared. */
const ASSESS_TIMEOUT_MS = 4 * 60_000

type Arguments = readonly [first: string, second: string | undefined]

async function assessChange(
  context: ServerContext,
  [given, second]: Arguments,
  options: AssessOptions,
): Promise<ExitName> {
  const { api, out } = context
  const { baseline, candidate } = options
  if (baseline === undefined || candidate === undefined || second !== undefined)
    throw new CommandFailure('usage', 'Give a change with --baseline and --candidate, or --offline with two files.')
  // Offline nothing of changes is needed.
  const { changeIdOf } = await import('./change.ts')
  const id = await changeIdOf(api, given)
  const plan = statesPlan(options) ? readPlan(options) : undefined
  const body = {
    baselineEvaluationId: await evaluationIdOf(api, baseline),
    candidateEvaluationId: await evaluationIdOf(api, candidate),
    plan,
  }
  const answer = await during(context, 'Assessing', () =>
    api.call('assessChange', assessmentView, { path: { id }, body, timeoutMs: ASSESS_TIMEOUT_MS }),
  )
  out.answer(answer, {
    lines: ({ id, assessment, underPlan, ...author }) => [
      ...formatAssessment(assessment, { color: out.isColored, width: out.width }).trimEnd().split('\n'),
      '',
      ...underPlanLines(underPlan),
      `assessment  ${id}, by ${person({ id: author.authorId, name: author.authorName, email: author.authorEmail })}`,
    ],
    quiet: ({ id }) => [id],
  })
  return exitOf(answer.value.assessment.verdict, options)
}

async function assessFiles(
  context: ServerContext,
  [baselinePath, candidatePath]: Arguments,
  options: AssessOptions,
): Promise<ExitName> {
  const { world, out } = context
  if (candidatePath === undefined) throw new CommandFailure('usage', 'Give two files with --offline.')
  const silent = { write: () => undefined }
  const request: OfflineAssessment = {
    baselinePath,
    candidatePath,
    key: keyOf(context),
    reading: readingOf(options, [baselinePath, candidatePath]),
    baselineReading: choiceOf(options, {
      where: options.baselineWhere,
      provider: options.baselineProvider,
      prompt: options.baselinePrompt,
    }),
    candidateReading: choiceOf(options, {
      where: options.candidateWhere,
      provider: options.candidateProvider,
      prompt: options.candidatePrompt,
    }),
    plan: readPlan(options),
    json: options.json,
    out: options.quiet === true ? silent : { ...textOutput(world.stdout), hasColors: () => out.isColored },
    err: textOutput(world.stderr),
  }
  const result = await assessOffline(request)
  if (result.outcome === 'refused') return 'failed'
  if (options.quiet === true) out.lines([result.assessment.verdict])
  return exitOf(result.assessment.verdict, options)
}

/** How both files are read. What is said of tables matters only where one is, and of other files likewise. */
function readingOf(
  options: AssessOptions,
  paths: readonly [string, string],
): NonNullable<OfflineAssessment['reading']> {
  const { decimal, missing } = options
  const tables = paths.map((path) => isTable(path, options.format))
  return {
    ...(tables.includes(false) ? variablesOf(options) : {}),
    format: options.format,
    mapping: tables.includes(true) ? mappingOf(options) : undefined,
    decimal,
    missing,
  }
}

function choiceOf(
  { where = [], provider, prompt }: AssessOptions,
  own: Readonly<Record<'provider' | 'prompt', string | undefined>> & { readonly where: readonly string[] | undefined },
): NonNullable<OfflineAssessment['reading']> {
  return {
    where: filtersOf([...where, ...(own.where ?? [])]),
    provider: own.provider ?? provider,
    prompt: own.prompt ?? prompt,
  }
}

function textOutput(stream: ServerContext['world']['stdout']): OfflineAssessment['out'] {
  return { write: (text) => stream.write(text), isTTY: stream.isTTY, columns: stream.columns }
}

function exitOf(verdict: Band, { exitCode }: AssessOptions): ExitName {
  return exitCode === true ? exits[verdict] : 'ok'
}

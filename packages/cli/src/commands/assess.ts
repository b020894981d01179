import type { Band, MetricPlan } from '@afterai/evidence'
import type { Command } from 'commander'
import { assessmentView } from '../api/views.ts'
import { CommandFailure } from '../command-failure.ts'
import { filtersOf, isTable, mappingOf, promptfooSelection, type EvaluationOptions } from '../evaluation-file.ts'
import type { ExitName } from '../exit-codes.ts'
import { assessOffline, type OfflineAssessment } from '../offline/assess-offline.ts'
import { formatAssessment } from '../offline/format-assessment.ts'
import { changeIdOf } from './change.ts'
import { evaluationIdOf, withReadingOptions } from './evaluation.ts'
import { during, gather, online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface PlanOptions {
  readonly margin?: readonly string[]
  readonly primary?: readonly string[]
  readonly criticalSlice?: readonly string[]
}

interface AssessOptions extends PlanOptions, EvaluationOptions {
  readonly offline?: boolean
  readonly baseline?: string
  readonly candidate?: string
  readonly baselineWhere?: readonly string[]
  readonly candidateWhere?: readonly string[]
  readonly baselineProvider?: string
  readonly candidateProvider?: string
  readonly exitCode?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const exits: Readonly<Record<Band, ExitName>> = {
  material_regression: 'materialRegression',
  regression: 'regression',
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
      'With --offline, compare two files of results here, without a server.',
    examples: [
      'afterai assess 01980a2c --baseline before --candidate after --primary pass --margin pass=0.02',
      'afterai assess --offline baseline.json candidate.json --exit-code',
      'afterai assess --offline runs.csv runs.csv --baseline-where model=old --candidate-where model=new',
    ],
  })
  assess.usage(
    '[options] <change> --baseline <evaluation> --candidate <evaluation>\n       afterai assess [options] --offline <baseline> <candidate>',
  )
  assess
    .option('--baseline <evaluation>', 'evaluation before the change: id or label')
    .option('--candidate <evaluation>', 'evaluation after it: id or label')
    .option('--margin <metric=number>', "largest loss that doesn't matter; may be repeated", gather)
    .option('--primary <metric>', 'metric that decides the verdict; may be repeated', gather)
    .option('--critical-slice <slice>', 'slice in which primary metrics must hold too; may be repeated', gather)
    .option('--exit-code', 'end with a code that tells the verdict')
    .option('--offline', 'compare two files here')
    .optionsGroup('With --offline:')
  withReadingOptions(withQuiet(assess, 'the id; offline, the verdict'))
    .option('--baseline-where <column=value>', 'rows of the first file', gather)
    .option('--candidate-where <column=value>', 'rows of the second file', gather)
    .option('--baseline-provider <label>', 'provider in the first file')
    .option('--candidate-provider <label>', 'provider in the second file')
    .action(
      online(mount, async (context, first: string, second: string | undefined, options: AssessOptions) =>
        options.offline === true
          ? assessFiles(context, [first, second], options)
          : assessChange(context, [first, second], options),
      ),
    )
}

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
  const path = `/v1/changes/${await changeIdOf(api, given)}/assessments`
  const plan = planOf(options)
  const body = {
    baselineEvaluationId: await evaluationIdOf(api, baseline),
    candidateEvaluationId: await evaluationIdOf(api, candidate),
    ...(plan === undefined ? {} : { plan }),
  }
  const answer = await during(context, 'Assessing', () => api.call(assessmentView, { method: 'POST', path, body }))
  out.answer(answer, {
    lines: ({ id, assessment }) => [
      ...formatAssessment(assessment, { color: out.isColored, width: out.width }).trimEnd().split('\n'),
      '',
      `assessment  ${id}`,
    ],
    quiet: ({ id }) => [id],
  })
  return exitOf(answer.value.assessment.verdict, options)
}

async function assessFiles(
  { world, out }: ServerContext,
  [baselinePath, candidatePath]: Arguments,
  options: AssessOptions,
): Promise<ExitName> {
  if (candidatePath === undefined) throw new CommandFailure('usage', 'Give two files with --offline.')
  const silent = { write: () => undefined }
  const request: OfflineAssessment = {
    baselinePath,
    candidatePath,
    reading: readingOf(options, [baselinePath, candidatePath]),
    baselineReading: choiceOf(options, options.baselineWhere, options.baselineProvider),
    candidateReading: choiceOf(options, options.candidateWhere, options.candidateProvider),
    margins: new Map(options.margin?.map(readMargin)),
    primary: options.primary,
    criticalSlices: options.criticalSlice,
    json: options.json,
    out: options.quiet === true ? silent : { ...textOutput(world.stdout), hasColors: () => out.isColored },
    err: textOutput(world.stderr),
  }
  const result = await assessOffline(request)
  if (result.outcome === 'refused') return 'failed'
  if (options.quiet === true) out.lines([result.assessment.verdict])
  return exitOf(result.assessment.verdict, options)
}

/** How both files are read. What is said of promptfoo's files matters only where one is. */
function readingOf(
  options: AssessOptions,
  paths: readonly [string, string],
): NonNullable<OfflineAssessment['reading']> {
  const { decimal, missing } = options
  return {
    ...(paths.every(isTable) ? {} : promptfooSelection(options)),
    mapping: paths.some(isTable) ? mappingOf(options) : undefined,
    decimal,
    missing,
  }
}

function choiceOf(
  { where = [], provider }: AssessOptions,
  ownWhere: readonly string[] = [],
  ownProvider?: string,
): NonNullable<OfflineAssessment['reading']> {
  return { where: filtersOf([...where, ...ownWhere]), provider: ownProvider ?? provider }
}

function textOutput(stream: ServerContext['world']['stdout']): OfflineAssessment['out'] {
  return { write: (text) => stream.write(text), isTTY: stream.isTTY, columns: stream.columns }
}

function exitOf(verdict: Band, { exitCode }: AssessOptions): ExitName {
  return exitCode === true ? exits[verdict] : 'ok'
}

/** What is settled before the results are looked at; undefined leaves all of it to the defaults. */
function planOf({ margin = [], primary = [], criticalSlice = [] }: PlanOptions): unknown {
  const margins = new Map(margin.map(readMargin))
  const names = new Set([...margins.keys(), ...primary])
  if (names.size === 0 && criticalSlice.length === 0) return undefined
  const metrics = [...names].map((name): MetricPlan => ({
    name,
    ...(margins.has(name) ? { margin: margins.get(name) } : {}),
    ...(primary.includes(name) ? { primary: true } : {}),
  }))
  return { metrics, criticalSlices: criticalSlice }
}

function readMargin(text: string): [string, number] {
  const at = text.lastIndexOf('=')
  const margin = Number(text.slice(at + 1))
  if (at < 1 || !(margin > 0) || !Number.isFinite(margin))
    throw new CommandFailure('usage', '--margin takes METRIC=NUMBER above 0, like pass=0.02.')
  return [text.slice(0, at), margin]
}

import type { Assessment, Band, MetricPlan } from '@afterai/evidence'
import type { Command } from 'commander'
import { assessmentView } from '../api/views.ts'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { changeIdOf } from './change.ts'
import { evaluationIdOf } from './evaluation.ts'
import { during, gather, online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface AssessOptions {
  readonly baseline?: string
  readonly candidate?: string
  readonly margin?: readonly string[]
  readonly primary?: readonly string[]
  readonly criticalSlice?: readonly string[]
  readonly exitCode?: boolean
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
  withQuiet(
    serverLeaf(program, 'assess <change>', {
      summary: 'Assess a change (AURA): compare evaluations before and after it.',
      description: 'Assess a change: compare the evaluation before it with the one after it, case by case.',
      examples: [
        'afterai assess 01980a2c --baseline before --candidate after --primary score --margin score=0.02',
        'afterai assess 01980a2c --baseline before --candidate after --exit-code',
      ],
    }),
    'the id',
  )
    .option('--baseline <evaluation>', 'evaluation before the change: id or label')
    .option('--candidate <evaluation>', 'evaluation after it: id or label')
    .option('--margin <metric=number>', "largest loss that doesn't matter; may be repeated", gather)
    .option('--primary <metric>', 'metric that decides the verdict; may be repeated', gather)
    .option('--critical-slice <slice>', 'slice in which primary metrics must hold too; may be repeated', gather)
    .option('--exit-code', 'end with a code that tells the verdict')
    .action(online(mount, assessOnline))
}

async function assessOnline(context: ServerContext, given: string, options: AssessOptions): Promise<ExitName> {
  const { api, out } = context
  const { baseline, candidate } = options
  if (baseline === undefined || candidate === undefined)
    throw new CommandFailure('usage', 'Give --baseline and --candidate.')
  const path = `/v1/changes/${await changeIdOf(api, given)}/assessments`
  const plan = planOf(options)
  const body = {
    baselineEvaluationId: await evaluationIdOf(api, baseline),
    candidateEvaluationId: await evaluationIdOf(api, candidate),
    ...(plan === undefined ? {} : { plan }),
  }
  const answer = await during(context, 'Assessing', () => api.call(assessmentView, { method: 'POST', path, body }))
  out.answer(answer, {
    lines: ({ id, assessment }) => [`assessment  ${id}`, '', ...linesOf(assessment)],
    quiet: ({ id }) => [id],
  })
  return options.exitCode === true ? exits[answer.value.assessment.verdict] : 'ok'
}

function linesOf(assessment: Assessment): string[] {
  return [assessment.verdict]
}

/** What is settled before the results are looked at; undefined leaves all of it to the defaults. */
export function planOf({ margin = [], primary = [], criticalSlice = [] }: AssessOptions): unknown {
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
    throw new CommandFailure('usage', '--margin takes METRIC=NUMBER above 0, like score=0.02.')
  return [text.slice(0, at), margin]
}

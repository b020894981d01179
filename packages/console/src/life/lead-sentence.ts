import type { Dossier } from './dossier.ts'
import { amount, type Metric, metricName, worseCases } from '../aura/metric-words.ts'
import { warningWords } from '../aura/warning-words.ts'
import { decidedTo, endedAs } from '../pacr/record-words.ts'
import { failureOf } from './next-step.ts'
import { rulingWords } from '../systems/ruling-words.ts'
import { brokenConditions } from '../pacr/conditions.ts'

/** A piece of the sentence, and how it is said. */
export interface Piece {
  readonly text: string
  readonly tone?: 'worse' | 'better' | 'strong'
}

type Assessed = Dossier['assessments'][number]['assessment']
type Told = Pick<Dossier, 'change' | 'life' | 'gate' | 'assessments' | 'decisions' | 'findings'>

/**
 * What there is to know of a change in a sentence or two: the worst that was found, with its number and its margin; what improves; who
 * decided what. It never says "safe", and never "no difference".
 */
export function leadSentence(dossier: Told): Piece[] {
  const { change, assessments, decisions } = dossier
  if (change.status === 'dismissed')
    return [
      {
        text: `Dismissed${change.settledByName === null ? '' : ` by ${change.settledByName}`}: ${change.statusReason ?? 'no reason was given'}`,
      },
    ]
  const [newest] = assessments
  const found = newest === undefined ? [{ text: 'Nothing was measured of what it does.' }] : findings(newest.assessment)
  return [...found, ...decided(decisions), ...heldBack(dossier), ...afterwards(dossier)]
}

/** That what was decided holds no more, as the gate has it; a broken condition also after its life is over. */
function heldBack(dossier: Told): Piece[] {
  const { decisions, gate, life } = dossier
  const [latest] = decisions
  if (latest?.status !== 'approved') return []
  const isBroken = brokenConditions(dossier, latest.recordId).length > 0
  const isHeld = life.decision === 'act' && gate !== null && !gate.open
  if (!isBroken && !isHeld) return []
  const text = isBroken || gate === null ? 'A condition of it is broken' : rulingWords[gate.cause].title
  return [{ text: ' ' }, { text, tone: 'worse' }, { text: '.' }]
}

/** What was found of it once it ran, and how its life ended. */
function afterwards({ life }: Told): Piece[] {
  const failed: Piece[] =
    failureOf(life) === undefined
      ? []
      : [{ text: ' ' }, { text: 'It doesn’t do what it was decided for', tone: 'worse' }, { text: '.' }]
  const closer = life.steps.find(({ step }) => step === 'closed')?.by
  return life.closeCode === null
    ? failed
    : [...failed, { text: ` ${closer ?? 'A removed account'} closed it: ${endedAs(life.closeCode)}.` }]
}

function decided([latest]: Dossier['decisions']): Piece[] {
  if (latest === undefined) return []
  const to = { text: decidedTo(latest.decisionDetail), tone: 'strong' } as const
  if (latest.status === 'proposed') return [{ text: ` ${latest.authorName} proposes ` }, to, { text: '.' }]
  const names = latest.approvals
    .filter(({ verdict }) => verdict === (latest.status === 'rejected' ? 'reject' : 'approve'))
    .map(({ approverName }) => approverName)
  const who = names.length === 0 ? '' : `${names.join(' and ')} `
  return latest.status === 'rejected'
    ? [{ text: ` ${who}rejected the proposal ` }, to, { text: '.' }]
    : [{ text: ` ${who}approved the decision ` }, to, { text: '.' }]
}

const worseFirst = ['material_regression', 'regression', 'minor_regression'] as const

/** What an assessment found, the worst first. */
export function findings(assessment: Assessed): Piece[] {
  const rows = [...assessment.metrics, ...assessment.slices]
  const worst = worseFirst
    .map((band) => worstOf(rows.filter((row) => row.band === band)))
    .find((row) => row !== undefined)
  const better = assessment.metrics.filter(({ band }) => band === 'improved')
  if (assessment.verdict === 'withheld') {
    const [why] = assessment.warnings
    return [
      {
        text: `It can’t be judged yet${why === undefined ? '.' : `: ${warningWords({ ...why, metric: null, slice: null })}`}`,
      },
    ]
  }
  if (worst !== undefined) return [...loss(worst), ...lostCases(assessment, worst), ...gains(better)]
  const open =
    assessment.metrics.find(({ band, primary }) => band === 'inconclusive' && primary) ??
    assessment.metrics.find(({ band }) => band === 'inconclusive')
  if (assessment.verdict === 'inconclusive' || open !== undefined) return [...undecided(open), ...gains(better)]
  return better.length === 0 ? within(assessment.metrics) : [...gains(better, true), ...within(assessment.metrics)]
}

/** The largest loss of a whole metric; of a slice only where no whole one lost as much. */
function worstOf(rows: readonly Metric[]): Metric | undefined {
  return rows.toSorted(
    (one, other) => Number(other.slice === null) - Number(one.slice === null) || size(other) - size(one),
  )[0]
}

function size({ delta, margin }: Metric): number {
  return delta === null ? 0 : Math.abs(delta) / (margin ?? 1)
}

function loss(row: Metric): Piece[] {
  const { delta, margin, slice } = row
  const name = capital(metricName(row))
  if (delta === null) return [{ text: `${name} is worse.` }]
  const isBeyond = margin !== null && Math.abs(delta) > margin
  return [
    { text: `${name} ` },
    { text: `${delta < 0 ? 'falls' : 'rises'} by ${amount(row, delta)}`, tone: 'worse' },
    {
      text: `${slice === null ? '' : ` in ${slice}`}${margin === null ? '' : isBeyond ? `, more than the margin of ${amount(row, margin)}` : `, within the margin of ${amount(row, margin)}`}.`,
    },
  ]
}

/** The slice in which most cases got worse, where that is said of the same metric. */
function lostCases(assessment: Assessed, { metric, slice }: Metric): Piece[] {
  if (slice !== null) return []
  const whole = assessment.metrics.find((row) => row.metric === metric)
  const all = whole === undefined ? null : worseCases(whole)
  if (all === null || all === 0) return []
  const [most] = assessment.slices
    .filter((row) => row.metric === metric)
    .map((row) => ({ name: row.slice, count: worseCases(row) ?? 0 }))
    .toSorted((one, other) => other.count - one.count)
  if (most === undefined || most.count === 0) return [{ text: ` ${all} ${all === 1 ? 'case' : 'cases'} got worse.` }]
  return [
    { text: ` ${most.count} of the ${all} cases that got worse ${most.count === 1 ? 'is' : 'are'} in ${most.name}.` },
  ]
}

function gains(better: readonly Metric[], isFirst = false): Piece[] {
  if (better.length === 0) return []
  const names = better.slice(0, 3).map(metricName)
  const more = better.length - names.length
  const listed = more > 0 ? [...names, `${more} more`] : names
  return [
    { text: `${isFirst ? '' : ' '}${capital(listed.join(listed.length === 2 ? ' and ' : ', '))} ` },
    { text: better.length === 1 ? 'improves' : 'improve', tone: 'better' },
    { text: '. ' },
  ]
}

function undecided(open: Metric | undefined): Piece[] {
  if (open === undefined) return [{ text: 'What it does is undecided.' }]
  const more = open.power?.morePairs
  return [
    { text: `Whether ${metricName(open)} stays within its margin is ` },
    { text: 'undecided', tone: 'strong' },
    {
      text: more === undefined || more <= 0 ? '.' : `: about ${more.toLocaleString('en')} more pairs would decide it.`,
    },
  ]
}

function within(metrics: readonly Metric[]): Piece[] {
  const judged = metrics.filter(({ band }) => band === 'non_inferior')
  if (judged.length === 0) return []
  const names = judged.slice(0, 3).map(metricName)
  const more = judged.length - names.length
  const listed = more > 0 ? [...names, `${more} more`] : names
  return [
    {
      text: `${capital(listed.join(listed.length === 2 ? ' and ' : ', '))} ${judged.length === 1 ? 'loses' : 'lose'} less than ${judged.length === 1 ? 'its margin' : 'their margins'}.`,
    },
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

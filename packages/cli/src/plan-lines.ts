import type { AssessmentView, EvaluationPlan, PlanAttempts, UnderPlan } from '@afterai/contract'
import { person } from './terminal/person.ts'
import { printable } from './terminal/style.ts'
import { properties, table } from './terminal/table.ts'

/** When the margins of an assessment were fixed, in a few words: as verdicts show it wherever they stand. */
export function basisText(under: UnderPlan | null): string {
  if (under === null) return 'not known: made by an earlier release'
  if (under.basis === 'given_with_results') return 'none: margins given with the results'
  if (under.basis === 'sealed_after_results') return 'sealed after the results'
  if (under.differences.length > 0) return 'sealed before the results, and not kept to: margins differ'
  return under.follows ? 'sealed before the results' : 'sealed before the results, and not kept to'
}

/** How an assessment stands to its plan: what differs, what else there is to say, and every attempt. */
export function underPlanLines(under: AssessmentView['underPlan']): string[] {
  const plan = under?.planId === undefined || under.planId === null ? null : `${under.planId}, sealed ${under.sealedAt}`
  const head = properties([
    ['plan', basisText(under)],
    ['sealed as', plan],
    ['superseded by', under?.supersededBy],
    ['attempts', under?.planId === null ? null : under && attemptCount(under.attempts)],
  ])
  return [...head, ...planRemarks(under)]
}

/** What differs from a plan, and what else there is to say of it; `!` marks for what it isn't followed. */
export function planRemarks(under: UnderPlan | null): string[] {
  if (under === null) return []
  return [
    ...under.differences.map(
      ({ path, planned, used }) =>
        `  ! ${printable(path)}: planned ${printable(planned ?? 'nothing')}, used ${printable(used ?? 'nothing')}`,
    ),
    ...under.findings.map(({ breaks, text, code }) => `  ${breaks ? '!' : '-'} ${printable(text)} (${code})`),
  ]
}

/** A plan as it was sealed. */
export function planLines(plan: EvaluationPlan): string[] {
  const { terms, sealedBy: id, sealedByName: name, sealedByEmail: email } = plan
  return [
    ...properties([
      ['plan', `${plan.id}, version ${plan.version}`],
      ['sealed', `${plan.sealedAt}, by ${person({ id, name, email })}`],
      ['digest', plan.digest],
      ['supersedes', plan.supersedes],
      ['cases', `${terms.minCases} at least, of ${terms.datasets.join(', ')}`],
      ['ends after', terms.attempts === 1 ? '1 attempt' : `${terms.attempts} attempts`],
      ['slices', terms.plan.criticalSlices.map(printable).join(', ')],
    ]),
    ...table(
      ['metric', 'decides', 'margin', 'better', 'scale'],
      terms.plan.metrics.map(({ name: metric, primary, margin, direction, scale }) => [
        printable(metric),
        primary === false ? 'no' : primary === true ? 'yes' : 'if of quality',
        margin === undefined ? null : String(margin),
        direction ?? null,
        scale === undefined ? null : `${scale.lower}..${scale.upper}`,
      ]),
    ),
  ]
}

/** Every attempt that is listed, with its verdicts. */
export function attemptLines(attempts: PlanAttempts): string[] {
  if (attempts.items.length === 0) return [attemptCount(attempts)]
  return [
    attemptCount(attempts),
    ...table(
      ['attempt', 'label', 'imported', 'cases', 'verdicts', ''],
      attempts.items.map((it) => [
        it.evaluationId,
        it.label && printable(it.label),
        it.importedAt,
        it.cases,
        it.verdicts.map(({ verdict }) => verdict.replaceAll('_', ' ')).join(', ') || 'not assessed',
        it.isAgain ? 'the same file as before' : it.repeats === null ? null : `the same results as ${it.repeats}`,
      ]),
    ),
  ]
}

function attemptCount({ count, notAssessed, otherCases, otherSystems, items }: PlanAttempts): string {
  return [
    `${count}`,
    notAssessed === 0 ? undefined : `${notAssessed} not assessed`,
    otherCases === 0 ? undefined : `besides, ${otherCases} of other cases`,
    otherSystems === 0 ? undefined : `${otherSystems} of these cases for other systems`,
    items.length < 200 ? undefined : 'the newest 200 are listed',
  ]
    .filter((it) => it !== undefined)
    .join('; ')
}

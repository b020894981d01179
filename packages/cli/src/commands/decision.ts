import {
  assessmentView,
  type AssessmentView,
  changeView,
  decisionDetails,
  decisionView,
  type ConditionCheck,
  type Decision,
} from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { Api, ListOptions, Page } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import { formatConditionCheck, readConditionCheck } from '../condition-check.ts'
import { basisText, planRemarks } from '../plan-lines.ts'
import type { Answer } from '../terminal/output.ts'
import { confirm } from '../terminal/prompt.ts'
import { person } from '../terminal/person.ts'
import { printable, printableLines, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { changeIdOf, changeLines } from './change.ts'
import { during, gather, online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface DecideOptions {
  readonly act?: boolean
  readonly notAct?: boolean
  readonly detail: Decision['decisionDetail']
  readonly justification: string
  readonly assessment?: readonly string[]
  readonly withoutAssessment?: boolean
  readonly condition?: readonly string[]
  readonly check?: readonly ConditionCheck[]
  readonly reviewBy?: string
  readonly implementationPlan?: string
  readonly backoutPlan?: string
  readonly testPlan?: string
  readonly riskImpact?: string
  readonly supersedes?: string
}

/** `decide`, `approve` and `decision`. */
export function addDecisionCommands(program: Command, mount: Mount): void {
  addDecide(program, mount)
  addApprove(program, mount)
  const decision = program.command('decision').description('Decisions on changes.')
  withPaging(
    serverLeaf(decision, 'list', {
      description: 'List decisions, newest first.',
      examples: ['afterai decision list'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listDecisions', decisionView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'status', 'decision', 'author', 'proposed', 'record'],
            items.map((it) => [
              it.id,
              it.status,
              `${it.decision}: ${it.decisionDetail}`,
              authorOf(it),
              it.proposedAt.slice(0, 16).replace('T', ' '),
              it.recordId,
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )
  serverLeaf(decision, 'show <id>', {
    description: 'Show a decision.',
    examples: ['afterai decision show 01980a2c'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await decisionIdOf(api, given)
      out.answer(await api.call('getDecision', decisionView, { path: { id } }), { lines: decisionLines })
    }),
  )
}

function addDecide(program: Command, mount: Mount): void {
  const details = [...decisionDetails.act, ...decisionDetails.not_act]
  withQuiet(
    serverLeaf(program, 'decide <change>', {
      description: 'Propose a decision on a change. Another person approves it.',
      examples: [
        'afterai decide 01980a2c --not-act --detail reject --assessment 01980b11 --justification "Accuracy falls by more than we accept."',
        'afterai decide 01980a2c --act --detail approve_with_conditions --condition "Keep the old model for refunds" --assessment 01980b11 --justification "Cheaper, and within the margins elsewhere."',
        'afterai decide 01980a2c --act --detail approve_with_conditions --check "error_rate<2%/24h" --justification "Cheaper; it goes back if errors rise."',
      ],
    }),
    'the id',
  )
    .addOption(
      new Option('--act', `make the change; --detail is ${decisionDetails.act.join(', ')}`).conflicts('notAct'),
    )
    .option('--not-act', `do not make the change; --detail is ${decisionDetails.not_act.join(', ')}`)
    .addOption(new Option('--detail <detail>', 'how').choices(details).makeOptionMandatory())
    .requiredOption('--justification <text>', 'why')
    .option('--assessment <id>', "what it rests on; may be repeated (default: the change's newest)", gather)
    .addOption(
      new Option('--without-assessment', 'decide without one, where the policy lets you; the record says so').conflicts(
        'assessment',
      ),
    )
    .option('--condition <text>', 'under which condition; may be repeated', gather)
    .option(
      '--check <condition>',
      'a condition that telemetry checks, as error_rate<2%/24h or latency_p95_ms<1.2x/7d/100calls; may be repeated',
      gatherChecks,
    )
    .option('--review-by <date>', 'when it must be looked at again, as 2027-01-31')
    .option('--implementation-plan <text>', 'how it is carried out')
    .option('--backout-plan <text>', 'how it is undone')
    .option('--test-plan <text>', 'how it is checked')
    .option('--risk-impact <text>', 'analysis of risk and impact')
    .option('--supersedes <record>', 'the record that this decision corrects')
    .action(online(mount, decide))
}

/** What an option that may be repeated was given before, and this. */
function gatherChecks(text: string, before: readonly ConditionCheck[] | undefined): readonly ConditionCheck[] {
  return [...(before ?? []), readConditionCheck(text)]
}

async function decide({ api, out }: ServerContext, given: string, options: DecideOptions): Promise<void> {
  if (options.act !== true && options.notAct !== true) throw new CommandFailure('usage', 'Give --act or --not-act.')
  const changeId = await changeIdOf(api, given)
  const body = {
    decision: options.act === true ? ('act' as const) : ('not_act' as const),
    decisionDetail: options.detail,
    justification: options.justification,
    implementationPlan: options.implementationPlan,
    backoutPlan: options.backoutPlan,
    testPlan: options.testPlan,
    riskImpactAnalysis: options.riskImpact,
    conditions: options.condition,
    checks: options.check,
    reviewBy: options.reviewBy,
    assessmentIds: options.withoutAssessment === true ? [] : await assessmentIdsOf(api, changeId, options.assessment),
    supersedes: options.supersedes,
  }
  out.answer(await api.call('proposeDecision', decisionView, { path: { id: changeId }, body }), {
    lines: decisionLines,
    quiet: ({ id }) => [id],
  })
}

/** Those that are named, or else the newest of the change. */
async function assessmentIdsOf(api: Api, changeId: string, given: readonly string[] | undefined): Promise<string[]> {
  const list = (it: Api, paging: ListOptions): Promise<Answer<Page<AssessmentView>>> =>
    it.list('listAssessments', assessmentView, paging, { path: { id: changeId } })
  if (given !== undefined) return Promise.all(given.map((each) => findId(api, each, { noun: 'assessment', list })))
  const { value } = await list(api, { all: true })
  // Ids are UUIDs of version 7: they sort by time.
  const newest = value.items
    .map(({ id }) => id)
    .toSorted()
    .at(-1)
  if (newest !== undefined) return [newest]
  throw new CommandFailure('failed', 'This change has no assessment to decide on.', {
    remedy:
      'Make one with `afterai assess`, or give --without-assessment: the record then says that there was no evidence.',
  })
}

interface ApproveOptions {
  readonly reject?: boolean
  readonly comment?: string
  readonly yes?: boolean
}

function addApprove(program: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(program, 'approve <decision>', {
      summary: 'Approve a decision of another person, and seal its record.',
      description:
        'Approve a decision of another person, after reading what it rests on. The approval binds to what was shown: if the evidence changes in between, the server refuses it.',
      examples: [
        'afterai approve 01980c77 --comment "Agreed: the loss is real."',
        'afterai approve 01980c77 --reject --comment "Evaluate the refunds slice first." --yes',
      ],
    }),
    'the id of the record',
  )
    .option('--reject', 'reject it')
    .option('--comment <text>', 'why')
    .option('--yes', 'do not ask')
    .action(online(mount, approve))
}

async function approve(context: ServerContext, given: string, options: ApproveOptions): Promise<'failed' | void> {
  const { api, out, world } = context
  if (options.yes !== true && !isInteractive(world))
    throw new CommandFailure('usage', 'There is no terminal to ask. Give --yes.')
  const path = { id: await decisionIdOf(api, given) }
  const { value: decision } = await api.call('getDecision', decisionView, { path })
  const shown = (await evidenceLines(api, decision, out.paint)).join('\n')
  // Who is asked is shown what it is about, whatever shape the answer then has.
  if (options.yes === true) out.remark(shown)
  else world.stderr.write(`${shown}\n`)
  const verdict = options.reject === true ? ('reject' as const) : ('approve' as const)
  if (options.yes !== true && !(await confirm(world, `\nDo you ${verdict} this?`))) return 'failed'
  const body = { verdict, evidenceDigest: decision.evidenceDigest, comment: options.comment }
  const answer = await during(context, 'Sealing the record', () =>
    api.call('approveDecision', decisionView, { path, body }),
  )
  out.answer(answer, {
    lines: ({ status, recordId }) => [
      '',
      ...properties([
        ['decision', status],
        ['record', recordId],
      ]),
    ],
    quiet: ({ recordId }) => (recordId === null ? [] : [recordId]),
  })
}

/** Formats the evidence that an approver must have seen: the change, all of its verdicts, cited or not, the decision, and the digest that binds them. */
async function evidenceLines(api: Api, decision: Decision, paint: Paint): Promise<string[]> {
  const path = { id: decision.changeId }
  const [{ value: change }, { value: assessments }] = await Promise.all([
    api.call('getChange', changeView, { path }),
    api.list('listAssessments', assessmentView, { all: true }, { path }),
  ])
  return [
    ...changeLines(change, paint),
    '',
    ...table(
      ['assessment', 'verdict', '', 'by', 'plan', 'attempts', 'guardrails'],
      assessments.items.map((it) => [
        it.id,
        it.assessment.verdict,
        decision.assessmentIds.includes(it.id) ? 'cited' : 'not cited',
        person({ id: it.authorId, name: it.authorName, email: it.authorEmail }),
        basisText(it.underPlan),
        it.underPlan === null || it.underPlan.planId === null ? null : String(it.underPlan.attempts.count),
        guardrailText(it),
      ]),
    ),
    ...assessments.items.flatMap((it) => planRemarks(it.underPlan).map((line) => `${it.id.slice(-8)}${line}`)),
    '',
    ...decisionLines(decision),
  ]
}

function guardrailText({ assessment }: AssessmentView): string {
  return assessment.guardrails
    .map(({ metric, slice, band }) => `${metric}${slice === null ? '' : `/${slice}`} ${band}`)
    .join(', ')
}

async function decisionIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'decision',
    list: (it, paging) => it.list('listDecisions', decisionView, paging),
  })
}

function decisionLines(it: Decision): string[] {
  return properties([
    ['decision', it.id],
    ['status', it.status],
    ['decides', `${it.decision}: ${it.decisionDetail}`],
    ['change', it.changeId],
    ['author', `${authorOf(it)}, ${it.proposedAt}`],
    ['because', indented(it.justification)],
    ['conditions', it.conditions.map(printable).join('; ')],
    ['checks', it.checks.map(formatConditionCheck).join('; ')],
    ['review by', it.reviewBy],
    ['implementation', indented(it.implementationPlan)],
    ['backout', indented(it.backoutPlan)],
    ['test', indented(it.testPlan)],
    ['risk and impact', indented(it.riskImpactAnalysis)],
    ['assessments', it.evidence === 'none' ? 'none: this rests on no evidence' : it.assessmentIds.join(' ')],
    ['supersedes', it.supersedes],
    ...it.approvals.map((approval) => [approval.verdict, approvalText(approval)] as const),
    ['evidence', it.evidenceDigest],
    [
      'approvals',
      it.status === 'proposed' && it.approvalsMissing > 1 ? `${it.approvalsMissing} more are needed` : null,
    ],
    ['holds until', it.validUntil],
    ['note', it.evidenceChanged ? 'something was added to the evidence, or altered, after this was proposed' : null],
    ['record', it.recordId],
  ])
}

function indented(value: string | null): string | null {
  return value && printableLines(value).replaceAll('\n', '\n  ')
}

function authorOf({ authorId: id, authorName: name, authorEmail: email }: Decision): string {
  return person({ id, name, email })
}

function approvalText(approval: Decision['approvals'][number]): string {
  const { approverId: id, approverName: name, approverEmail: email, at, comment } = approval
  const { onBehalfOf, onBehalfOfName } = approval
  const place = onBehalfOf === undefined ? '' : ` for ${printable(onBehalfOfName ?? onBehalfOf)}`
  return `${person({ id, name, email })}${place}, ${at}${comment === null ? '' : `: ${printable(comment)}`}`
}

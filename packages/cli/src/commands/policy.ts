import { readFile } from 'node:fs/promises'
import { type Policy, type PolicyRule, policyRules, policyView, setPolicyView } from '@afterai/contract'
import { type Command, InvalidArgumentError } from 'commander'
import { parse } from 'yaml'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface ScopeOptions {
  readonly system?: string
  readonly environment?: string
}

const policies = z.object({ items: z.array(policyView) })

/** `policy`: by which rules changes are decided. */
export function addPolicyCommands(program: Command, mount: Mount): void {
  const policy = program.command('policy').description('The rules by which changes are decided.')

  withScope(
    serverLeaf(policy, 'show', {
      description: 'Show the rules that hold: of the tenant, and where they differ.',
      examples: ['afterai policy show', 'afterai policy show --system support-bot'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: ScopeOptions) => {
      out.answer(await api.call('listPolicies', policies, { query: options }), {
        lines: ({ items }) =>
          items.length === 0 ? ['None of its own: the rules of the tenant hold.'] : items.flatMap(policyLines),
      })
    }),
  )

  withQuiet(
    withScope(
      serverLeaf(policy, 'set', {
        summary: 'Set the rules of the tenant, or of a part of it.',
        description:
          'Set the rules of the tenant, of an environment, of a system, or of one environment of it, as their next version. The file has a list of rules, of which the first that fits a change is the one; the last fits every change.',
        examples: [
          'afterai policy set --from policy.yaml --reason "Nothing runs in production that nobody decided on."',
          'afterai policy set --environment staging --from staging.yaml --reason "Staging is for trying."',
          'afterai policy set --from policy.yaml --based-on 3 --reason "Two agree from now on."',
        ],
      }),
    ),
    'the id',
  )
    .requiredOption('--from <file>', 'YAML or JSON with the list of rules')
    .requiredOption('--reason <text>', 'why')
    .option(
      '--based-on <version>',
      'refuse where this is no longer the newest version; 0: where any was set',
      readVersion,
    )
    .action(online(mount, setRules))
}

function withScope(command: Command): Command {
  return command.option('--system <name>', 'of this system').option('--environment <name>', 'of this environment')
}

interface SetOptions extends ScopeOptions {
  readonly from: string
  readonly reason: string
  readonly basedOn?: number
}

async function setRules({ api, out }: ServerContext, options: SetOptions): Promise<void> {
  const { system, environment, from, reason, basedOn } = options
  const body = { system, environment, rules: await readRules(from), reason, basedOn }
  const answer = await api.call('setPolicy', setPolicyView, { body })
  out.answer(answer, { lines: policyLines, quiet: ({ id }) => [id ?? ''] })
  for (const { pointer, detail } of answer.value.warnings) out.remark(`Warning: rule ${numberOf(pointer)}: ${detail}.`)
}

/** The number of the rule that a pointer leads into, from 1: `/rules/0/approvals` is of the first. */
function numberOf(pointer: string): number {
  return Number(pointer.split('/')[2]) + 1
}

function readVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give the number of a version, such as 3; 0 for none.')
  return Number(text)
}

async function readRules(path: string): Promise<PolicyRule[]> {
  let value: unknown
  try {
    value = parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read as YAML or JSON.`, { cause })
  }
  const read = policyRules.safeParse(value)
  if (read.success) return read.data
  throw new CommandFailure('usage', `${path} holds no rules.`, {
    lines: read.error.issues.map((it) => `  /${it.path.map(String).join('/')}: ${it.message}`),
    remedy: 'A list such as: [{ decision: before, assessment: needed }]',
  })
}

function policyLines({ system, environment, version, rules, reason, setAt, setByName }: Policy): string[] {
  const where = [system ?? 'every system', environment ?? 'every environment'].join(', ')
  return [
    ...properties([
      ['policy', `${where}, version ${version}${version === 0 ? ' (built in)' : ''}`],
      ['because', reason && printable(reason)],
      ['set', setAt && `${setAt}, by ${printable(setByName ?? 'somebody')}`],
    ]),
    ...rules.map((rule, index) => `  ${index + 1}. ${ruleText(rule)}`),
    '',
  ]
}

const evidenceTexts: Readonly<Record<PolicyRule['assessment'], string>> = {
  wanted: '',
  needed: ', on an assessment',
  planned: ', on an assessment by a plan sealed before its results',
}

function ruleText(rule: PolicyRule): string {
  const about = [
    rule.changeTypes && `of ${rule.changeTypes.join(', ')}`,
    rule.changeClasses?.join(', '),
    rule.severities && `of ${rule.severities.join(' or ')} severity`,
  ].filter((it) => it !== undefined)
  const changes = about.length === 0 ? 'any change' : `changes ${about.join(', ')}`
  if (rule.decision === 'never') return `${changes}: no decision`
  const when = rule.decision === 'before' ? 'decided before it runs' : `decided within ${rule.withinHours} hours`
  const { ruleType, quorum, people, allowSelfApproval, requesterMayApprove, implementerMayApprove } = rule.approvals
  const who = [
    ruleType === 'single_approver' ? 'by one approver' : `by ${ruleType.replaceAll('_', ' ')}`,
    ruleType === 'custom' ? `of ${quorum}` : undefined,
    people.length === 0 ? undefined : `among ${people.length} people`,
    allowSelfApproval ? 'who may be its author' : undefined,
    requesterMayApprove ? undefined : 'not who asked',
    implementerMayApprove ? undefined : 'not who implemented',
  ].filter((it) => it !== undefined)
  const evidence = evidenceTexts[rule.assessment]
  const holds = rule.validDays === undefined ? '' : `, for ${rule.validDays} days`
  return `${changes}: ${when}${evidence}, ${who.join(', ')}${holds}`
}

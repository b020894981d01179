import { type Approvers, approversView } from '@afterai/contract'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { optionalInstant } from './instant-option.ts'
import type { ServerContext } from './leaf.ts'

/** Shows who could approve a change of a system and environment, now or at an instant. */
export async function showApprovers(
  { api, out }: Pick<ServerContext, 'api' | 'out'>,
  name: string,
  { environment, at }: { readonly environment: string | undefined; readonly at: string | undefined },
): Promise<void> {
  const query = { environment, at: optionalInstant(at, '--at') }
  out.answer(await api.call('listApprovers', approversView, { path: { name }, query }), {
    lines: approverLines,
    quiet: ({ people }) => people.map(({ accountId }) => accountId),
  })
}

const functionOf = { approver: '', named_approver: ' (named)', delegate: ' (stands in)' } as const

function approverLines({ system, environment, at, policy, people }: Approvers): string[] {
  const scope = [policy.system ?? 'every system', policy.environment ?? 'every environment'].join(', ')
  const heading = properties([
    ['approvers', `${system} in ${environment}, at ${at}`],
    [
      'policy',
      `${scope}, version ${policy.version}${policy.version === 0 ? ' (built in)' : `, set ${policy.setAt ?? ''}`}`,
    ],
  ])
  if (people.length === 0) return [...heading, '', 'Nobody could approve.']
  const rows = people.map((it) => [
    it.accountId,
    it.name && printable(it.name),
    it.role,
    it.rules.map(({ rule, function: by }) => `${rule}${functionOf[by]}`).join(', '),
  ])
  return [...heading, '', ...table(['id', 'name', 'role', 'under rules'], rows)]
}

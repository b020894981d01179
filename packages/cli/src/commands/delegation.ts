import { type Delegation, delegationView } from '@afterai/contract'
import type { Command } from 'commander'
import type { Api } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { findPerson } from '../api/find-person.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { instantOf } from './instant-option.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

/** `delegation`: who approves in the place of whom, and until when. */
export function addDelegationCommands(program: Command, mount: Mount): void {
  const delegation = program
    .command('delegation')
    .description(
      'Approvals in the place of others: where a policy names people, one of them may have another stand in.',
    )

  withPaging(
    serverLeaf(delegation, 'list', {
      description: 'List who stands in for whom, the newest first.',
      examples: ['afterai delegation list'],
    }),
  ).action(
    online(mount, async ({ api, out }, paging) => {
      out.answer(await api.list('listDelegations', delegationView, paging), {
        lines: ({ items }) =>
          items.length === 0
            ? ['Nobody stands in for anybody.']
            : table(
                ['id', 'in force', 'for', 'approves', 'until', 'reason'],
                items.map((it) => [
                  it.id,
                  it.inForce ? 'yes' : 'no',
                  printable(it.fromName ?? it.fromId),
                  printable(it.toName ?? it.toId),
                  (it.endedAt ?? it.until).slice(0, 16).replace('T', ' '),
                  printable(it.reason),
                ]),
              ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  withQuiet(
    serverLeaf(delegation, 'create <user>', {
      summary: 'Have another person approve in your place, until an instant.',
      description:
        'Have another person approve in your place, until an instant, where a policy names you. They need a role that may approve: a delegation gives nobody a permission.',
      examples: ['afterai delegation create bo@example.com --until 2026-12-24 --reason "On leave."'],
    }),
    'the id',
  )
    .requiredOption('--until <instant>', 'when it ends')
    .requiredOption('--reason <text>', 'why')
    .action(
      online(mount, async ({ api, out }, given: string, options: { until: string; reason: string }) => {
        const to = await findPerson(api, given)
        const body = { to, until: instantOf(options.until, '--until'), reason: options.reason }
        const answer = await api.call('delegateApprovals', delegationView, { body })
        out.answer(answer, { lines: delegationLines, quiet: ({ id }) => [id] })
      }),
    )

  serverLeaf(delegation, 'end <id>', {
    description: 'End a delegation before its time. What was approved by it stays.',
    examples: ['afterai delegation end 01980f10'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = { id: await delegationIdOf(api, given) }
      out.answer(await api.call('endDelegation', delegationView, { path }), { lines: delegationLines })
    }),
  )
}

function delegationIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'delegation',
    list: (it, paging) => it.list('listDelegations', delegationView, paging),
  })
}

function delegationLines(it: Delegation): string[] {
  return properties([
    ['delegation', it.id],
    ['for', printable(it.fromName ?? it.fromId)],
    ['approves', printable(it.toName ?? it.toId)],
    ['until', it.endedAt ?? it.until],
    ['in force', it.inForce ? 'yes' : 'no'],
    ['reason', printable(it.reason)],
  ])
}

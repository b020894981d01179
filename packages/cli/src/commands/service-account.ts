import { memberView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { findId } from '../api/find-one.ts'
import type { Api } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { nameShown } from '../terminal/person.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

const roles = ['member', 'viewer', 'auditor'] as const

type ServiceRole = (typeof roles)[number]

/** `service-account`: members that are machines. */
export function addServiceAccountCommands(program: Command, mount: Mount): void {
  const account = program.command('service-account').description('Members that are machines: they work with API keys.')

  withPaging(
    serverLeaf(account, 'list', { description: 'List the machines.', examples: ['afterai service-account list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listServiceAccounts', memberView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'name', 'role', 'since', 'disabled'],
            items.map((it) => [it.accountId, nameShown(it.name), it.role, it.createdAt.slice(0, 10), it.disabledAt]),
          ),
        quiet: ({ items }) => items.map(({ accountId }) => accountId),
      })
    }),
  )

  withQuiet(
    serverLeaf(account, 'create <name>', {
      description: 'Make a service account. Give it a key with `afterai key create --account`.',
      examples: ['afterai service-account create pipeline --role member'],
    }),
    'the id',
  )
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .action(
      online(mount, async ({ api, out }, name: string, { role }: { role: ServiceRole }) => {
        out.answer(await api.call('createServiceAccount', memberView, { body: { name, role } }), {
          lines: (it) =>
            properties([
              ['name', nameShown(it.name)],
              ['id', it.accountId],
              ['role', it.role],
            ]),
          quiet: ({ accountId }) => [accountId],
        })
      }),
    )
  addChanges(account, mount)
}

function addChanges(account: Command, mount: Mount): void {
  serverLeaf(account, 'update <account>', {
    description: 'Give a service account another name or role.',
    examples: ['afterai service-account update pipeline --role viewer'],
  })
    .option('--name <name>', 'another name')
    .addOption(new Option('--role <role>', 'another role').choices(roles))
    .action(
      online(mount, async ({ api, out }, given: string, options: { name?: string; role?: ServiceRole }) => {
        const { name, role } = options
        if (name === undefined && role === undefined) throw new CommandFailure('usage', 'Give --name, --role or both.')
        const path = { accountId: await findAccount(api, given) }
        out.answer(await api.call('changeServiceAccount', memberView, { path, body: { name, role } }), {
          lines: (it) => [`${nameShown(it.name)} is ${it.role} now.`],
        })
      }),
    )
  for (const [verb, operation, description] of [
    ['disable', 'disableServiceAccount', 'Refuse the keys of a service account at once.'],
    ['enable', 'enableServiceAccount', 'Let the keys of a service account in again.'],
  ] as const) {
    serverLeaf(account, `${verb} <account>`, {
      description,
      examples: [`afterai service-account ${verb} pipeline`],
    }).action(
      online(mount, async ({ api, out }, given: string) => {
        const path = { accountId: await findAccount(api, given) }
        out.answer(await api.call(operation, memberView, { path }), {
          lines: (it) => [`${nameShown(it.name)} is ${verb}d.`],
        })
      }),
    )
  }
  serverLeaf(account, 'delete <account>', {
    description: 'Delete a service account with its keys.',
    examples: ['afterai service-account delete pipeline'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      await api.request('removeServiceAccount', { path: { accountId: await findAccount(api, given) } })
      out.remark(`${printable(given)} is deleted, with its keys.`)
    }),
  )
}

async function findAccount(api: Api, given: string): Promise<string> {
  const item = memberView.transform((it) => ({ ...it, id: it.accountId }))
  return findId(api, given, {
    noun: 'service account',
    list: (it, paging) => it.list('listServiceAccounts', item, paging),
    label: ({ name }) => name,
  })
}

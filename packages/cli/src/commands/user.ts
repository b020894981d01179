import { createdInvitationView, memberView, offeredResetView, type Role, roles } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { findPerson } from '../api/find-person.ts'
import { CommandFailure } from '../command-failure.ts'
import { nameShown } from '../terminal/person.ts'
import { confirm } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { invitationLines } from './invitation.ts'
import { addPasswordReset } from './password-reset.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

/** `user`: the people of the tenant. */
export function addUserCommands(program: Command, mount: Mount): void {
  const user = program.command('user').description('The people of the tenant.')
  addList(user, mount)
  addInvite(user, mount)
  addChanges(user, mount)
  addMemberReset(user, mount)
}

function addList(user: Command, mount: Mount): void {
  withPaging(
    serverLeaf(user, 'list', { description: 'List the members of the tenant.', examples: ['afterai user list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listMembers', memberView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'name', 'e-mail', 'role', 'kind', 'since', 'disabled'],
            items.map((it) => [
              it.accountId,
              nameShown(it.name),
              it.email && printable(it.email),
              it.role,
              it.kind,
              it.createdAt.slice(0, 10),
              it.disabledAt,
            ]),
          ),
        quiet: ({ items }) => items.map(({ accountId }) => accountId),
      })
    }),
  )
}

function addInvite(user: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(user, 'invite <email>', {
      description:
        'Invite a person. The code goes to them by mail; where the instance sends none, it is shown once: hand it over yourself.',
      examples: ['afterai user invite bo@example.com --role approver'],
    }),
    'the code, or the id where it goes by mail',
  )
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory())
    .action(
      online(mount, async ({ api, out }, email: string, { role }: { role: Role }) => {
        out.answer(await api.call('inviteMember', createdInvitationView, { body: { email, role } }), {
          lines: invitationLines,
          quiet: ({ code, id }) => [code ?? id],
        })
      }),
    )
}

function addChanges(user: Command, mount: Mount): void {
  serverLeaf(user, 'role <user> <role>', {
    description: 'Give a member another role, from now on for each of their credentials.',
    examples: ['afterai user role bo@example.com approver'],
  }).action(
    // A role that there isn't is refused by the server, which lists those that there are.
    online(mount, async ({ api, out }, given: string, role: Role) => {
      const path = { accountId: await findPerson(api, given) }
      out.answer(await api.call('changeMemberRole', memberView, { path, body: { role } }), {
        lines: (it) => [`${nameShown(it.name)} is ${it.role} now.`],
      })
    }),
  )
  for (const [verb, operation, description] of [
    ['disable', 'disableMember', 'Keep a member out at once: their sessions end, their keys are refused.'],
    ['enable', 'enableMember', 'Let a disabled member in again.'],
  ] as const) {
    serverLeaf(user, `${verb} <user>`, { description, examples: [`afterai user ${verb} bo@example.com`] }).action(
      online(mount, async ({ api, out }, given: string) => {
        const path = { accountId: await findPerson(api, given) }
        out.answer(await api.call(operation, memberView, { path }), {
          lines: (it) => [`${nameShown(it.name)} is ${verb}d.`],
        })
      }),
    )
  }
  serverLeaf(user, 'remove <user>', {
    description: 'Remove a member with their sessions and keys. What they approved and recorded stays.',
    examples: ['afterai user remove bo@example.com --yes'],
  })
    .option('--yes', 'do not ask')
    .action(online(mount, removePerson))
}

async function removePerson(
  { api, out, world }: ServerContext,
  given: string,
  { yes }: { yes?: boolean },
): Promise<'failed' | void> {
  const id = await findPerson(api, given)
  if (yes !== true) {
    if (!isInteractive(world)) throw new CommandFailure('usage', 'Give --yes to remove a member.')
    if (!(await confirm(world, `Remove ${printable(given)} with their sessions and keys?`))) return 'failed'
  }
  await api.request('removeMember', { path: { accountId: id } })
  out.remark(`${printable(given)} is removed.`)
}

function addMemberReset(user: Command, mount: Mount): void {
  addPasswordReset(user, mount, {
    who: 'user',
    example: 'afterai user reset-password bo@example.com',
    description:
      'Make a one-time code with which a member sets a new password. It goes to them by mail; where the instance sends none, it is shown once.',
    offer: async (api, given) =>
      api.call('offerPasswordReset', offeredResetView, { path: { accountId: await findPerson(api, given) } }),
  })
}

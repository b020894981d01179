import { type CreatedInvitation, createdInvitationView, invitationView } from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import { findId, type FindOptions } from '../api/find-one.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

const found: FindOptions<z.infer<typeof invitationView>> = {
  noun: 'invitation',
  list: (api, paging) => api.list('listInvitations', invitationView, paging),
  label: ({ email, state }) => (state === 'pending' ? email : null),
}

/** `invitation`: people who are asked to join, and haven't yet. */
export function addInvitationCommands(program: Command, mount: Mount): void {
  const invitation = program.command('invitation').description('People who are invited to the tenant.')

  withPaging(
    serverLeaf(invitation, 'list', {
      description: 'List the invitations, with what became of their mails.',
      examples: ['afterai invitation list'],
    }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listInvitations', invitationView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'e-mail', 'role', 'state', 'delivery', 'until'],
            items.map((it) => [
              it.id,
              printable(it.email),
              it.role,
              it.state,
              it.deliveryError === null ? it.delivery : `${it.delivery} (${printable(it.deliveryError)})`,
              it.expiresAt,
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  withQuiet(
    serverLeaf(invitation, 'resend <invitation>', {
      description: 'Send an invitation again, with a new code and seven more days. The code before is void.',
      examples: ['afterai invitation resend bo@example.com'],
    }),
    'the code, or the id where it goes by mail',
  ).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await findId(api, given, found)
      out.answer(await api.call('resendInvitation', createdInvitationView, { path: { id } }), {
        lines: invitationLines,
        quiet: ({ code }) => [code ?? id],
      })
    }),
  )

  serverLeaf(invitation, 'revoke <invitation>', {
    description: 'End an invitation: its code is no longer good.',
    examples: ['afterai invitation revoke bo@example.com'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await findId(api, given, found)
      await api.request('revokeInvitation', { path: { id } })
      out.remark(`Invitation ${id} is revoked.`)
    }),
  )
}

/** Formats an invitation in lines, for whoever made it. */
export function invitationLines({ email, role, expiresAt, code }: CreatedInvitation): string[] {
  const facts = properties([
    ['for', `${printable(email)} (${role})`],
    ['until', expiresAt],
    ['code', code ?? 'goes to them by mail'],
  ])
  if (code === null) return facts
  return [
    ...facts,
    '',
    `They sign in with: afterai login --invitation ${code} --name NAME`,
    'They choose a password then. Who has an account here gives its own; who forgot it asks an operator for a reset code first.',
  ]
}

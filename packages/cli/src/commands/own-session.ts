import { sessionItemView } from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import type { Api, ListOptions, Page } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import type { Answer } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'
import { addDeviceCommands } from './device-login.ts'
import { online, serverLeaf, withPaging, type Mount, type ServerContext } from './leaf.ts'

interface EndOptions {
  readonly others?: boolean
  readonly member?: string
}

/** `session`: where you are signed in, and devices that ask to be. */
export function addOwnSessionCommands(program: Command, mount: Mount): void {
  const session = program.command('session').description('Where you are signed in.')
  addDeviceCommands(session, mount)

  withPaging(
    serverLeaf(session, 'list', {
      description: 'List your open sessions, in all of your tenants.',
      examples: ['afterai session list', 'afterai session list --member 01980a00-0000-7000-8000-00000000f001'],
    }).option('--member <account>', 'of a member of the tenant, as an admin'),
  ).action(
    online(mount, async ({ api, out }, { member, ...paging }: ListOptions & { readonly member?: string }) => {
      out.answer(await listSessions(api, member, paging), {
        lines: ({ items }) =>
          table(
            ['id', '', 'tenant', 'created', 'last used', 'address', 'device', 'by'],
            items.map((it) => [
              it.id,
              it.current ? 'this one' : '',
              it.tenant,
              it.createdAt,
              it.usedAt,
              it.address,
              it.device,
              it.methods.join(' '),
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  serverLeaf(session, 'end [id]', {
    description: 'End one of your sessions at once, or all but this one.',
    examples: [
      'afterai session end 01980a2c',
      'afterai session end --others',
      'afterai session end --member 01980a00-0000-7000-8000-00000000f001',
    ],
  })
    .option('--others', 'all of your sessions but this one')
    .option('--member <account>', 'all sessions of a member in the tenant, as an admin')
    .action(online(mount, endSessions))
}

async function endSessions(
  { api, out }: ServerContext,
  id: string | undefined,
  { others, member }: EndOptions,
): Promise<void> {
  if ([id !== undefined, others === true, member !== undefined].filter(Boolean).length !== 1)
    throw new CommandFailure('usage', 'Give the id of a session, --others, or --member.')
  if (id !== undefined) await api.request('endSession', { path: { id: await sessionIdOf(api, id) } })
  else if (member !== undefined) await api.request('endSessionsOfMember', { path: { accountId: member } })
  else await api.request('endOtherSessions')
  out.remark(id === undefined ? 'The sessions have ended.' : 'The session has ended.')
}

function sessionIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, { noun: 'session', list: (it, paging) => listSessions(it, undefined, paging) })
}

function listSessions(
  api: Api,
  member: string | undefined,
  paging: ListOptions,
): Promise<Answer<Page<z.infer<typeof sessionItemView>>>> {
  if (member === undefined) return api.list('listSessions', sessionItemView, paging)
  return api.list('listSessionsOfMember', sessionItemView, paging, { path: { accountId: member } })
}

import { sessionItemView } from '@afterai/contract'
import type { Command } from 'commander'
import type { ListOptions } from '../api/api.ts'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
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
      out.answer(await api.list(sessionItemView, { path: pathOf(member) }, paging), {
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
  const one = async (given: string): Promise<string> =>
    `/v1/sessions/${await findId(api, given, { noun: 'session', path: '/v1/sessions', item: sessionItemView })}`
  await api.request({ method: 'DELETE', path: id === undefined ? pathOf(member) : await one(id) })
  out.remark(id === undefined ? 'The sessions have ended.' : 'The session has ended.')
}

function pathOf(member: string | undefined): string {
  return member === undefined ? '/v1/sessions' : `/v1/members/${encodeURIComponent(member)}/sessions`
}

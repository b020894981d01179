import { type inviteRequest, invitationView, memberView, meView, roles, sessionView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import { credentialStore } from '../credentials/credential-store.ts'
import { confirm } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

/** `tenant`, `user` and `sample`. */
export function addTenantCommands(program: Command, mount: Mount): void {
  addTenants(program.command('tenant').description('The tenants that you belong to.'), mount)
  addUsers(program.command('user').description('The people of the tenant.'), mount)
  const sample = program.command('sample').description('The sample workspace that comes with a first start.')
  serverLeaf(sample, 'remove', {
    description: 'Remove the sample workspace and all that is in it.',
    examples: ['afterai sample remove --yes'],
  })
    .option('--yes', 'do not ask')
    .action(online(mount, removeSample))
}

function addTenants(tenant: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(tenant, 'list', {
      description: 'List the tenants that you belong to.',
      examples: ['afterai tenant list'],
    }),
    'the slugs',
  ).action(
    online(mount, async ({ api, out }) => {
      out.answer(await api.call(meView, { method: 'GET', path: '/v1/me' }), {
        lines: (me) =>
          table(
            ['', 'tenant', 'name', 'role'],
            me.tenants.map((it) => [it.id === me.tenant.id ? '*' : '', it.slug, printable(it.name), it.role]),
          ),
        quiet: (me) => me.tenants.map(({ slug }) => slug),
      })
    }),
  )

  serverLeaf(tenant, 'use <slug>', {
    description: 'Work in another tenant from now on, in this profile.',
    examples: ['afterai tenant use sample'],
  }).action(
    online(mount, async ({ api, out, settings }, slug: string) => {
      if (settings.apiKey !== undefined)
        throw new CommandFailure('usage', 'An API key belongs to one tenant.', { remedy: 'Unset AFTERAI_API_KEY.' })
      const request = { method: 'POST', path: '/v1/session/switch', body: { tenant: slug }, retry: 'unsent' } as const
      const { value } = await api.call(sessionView, request)
      await credentialStore(settings).update(async () => value)
      out.remark(`Now in tenant ${value.tenant}.`)
    }),
  )
}

function addUsers(user: Command, mount: Mount): void {
  withPaging(
    serverLeaf(user, 'list', { description: 'List the members of the tenant.', examples: ['afterai user list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list(memberView, { path: '/v1/members' }, options), {
        lines: ({ items }) =>
          table(
            ['name', 'e-mail', 'role', 'since'],
            items.map((it) => [
              printable(it.name),
              it.email && printable(it.email),
              it.role,
              it.createdAt.slice(0, 10),
            ]),
          ),
        quiet: ({ items }) => items.map(({ accountId }) => accountId),
      })
    }),
  )

  withQuiet(
    serverLeaf(user, 'invite <email>', {
      description: 'Invite a person. The code is shown once; hand it over yourself.',
      examples: ['afterai user invite bo@example.com --role approver'],
    }),
    'the code',
  )
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory())
    .action(
      online(mount, async ({ api, out }, email: string, { role }: Pick<z.infer<typeof inviteRequest>, 'role'>) => {
        const request = { method: 'POST', path: '/v1/invitations', body: { email, role }, retry: 'unsent' } as const
        out.answer(await api.call(invitationView, request), {
          lines: (it) => [
            ...properties([
              ['for', `${printable(it.email)} (${it.role})`],
              ['until', it.expiresAt],
              ['code', it.code],
            ]),
            '',
            `They sign in with: afterai login --invitation ${it.code} --name NAME`,
          ],
          quiet: ({ code }) => [code],
        })
      }),
    )
}

async function removeSample({ api, out, world }: ServerContext, { yes }: { yes?: boolean }): Promise<'failed' | void> {
  if (yes !== true) {
    if (!isInteractive(world)) throw new CommandFailure('usage', 'Give --yes to remove the sample workspace.')
    if (!(await confirm(world, 'Remove the sample workspace?'))) return 'failed'
  }
  await api.request({ method: 'DELETE', path: '/v1/sample-workspace' })
  out.remark('The sample workspace is removed.')
}

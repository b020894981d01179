import { createdTenantView, meView, offeredResetView, operatedTenantView, sessionView } from '@afterai/contract'
import type { Command } from 'commander'
import { findId } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import { credentialStore } from '../credentials/credential-store.ts'
import { confirm } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { invitationLines } from './invitation.ts'
import { addPasswordReset } from './password-reset.ts'
import { online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'

/** `tenant` and `sample`. */
export function addTenantCommands(program: Command, mount: Mount): void {
  const tenant = program.command('tenant').description('Your tenants; and for operators, all of the instance.')
  addTenants(tenant, mount)
  addAccountCommands(
    program.command('account').description('Accounts of the whole instance, as one of its operators.'),
    mount,
  )
  addOperatorCommands(tenant, mount)
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
      description: 'List the tenants that you belong to; with --all, those of the instance, as one of its operators.',
      examples: ['afterai tenant list', 'afterai tenant list --all'],
    }),
    'the slugs',
  )
    .option('--all', 'every tenant of the instance')
    .action(
      online(mount, async (context, { all }: { all?: boolean }) => {
        if (all === true) return listAll(context)
        const { api, out } = context
        out.answer(await api.call('getMe', meView), {
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
      const { value } = await api.call('switchTenant', sessionView, { body: { tenant: slug } })
      await credentialStore(settings).update(async () => value)
      out.remark(`Now in tenant ${value.tenant}.`)
    }),
  )
}

async function listAll({ api, out }: ServerContext): Promise<void> {
  out.answer(await api.list('listTenants', operatedTenantView, { all: true }), {
    lines: ({ items }) =>
      table(
        ['tenant', 'name', 'kind', 'since', 'suspended', 'members', 'systems', 'records'],
        items.map((it) => [
          it.slug,
          printable(it.name),
          it.kind,
          it.createdAt.slice(0, 10),
          it.suspendedAt,
          String(it.members),
          String(it.systems),
          String(it.records),
        ]),
      ),
    quiet: ({ items }) => items.map(({ slug }) => slug),
  })
}

// What operators do, in the tenant `instance`.
function addOperatorCommands(tenant: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(tenant, 'create <slug>', {
      description: 'Make a tenant and invite its first administrator, as an operator of the instance.',
      examples: ['afterai tenant create globex --name "Globex" --admin ada@globex.example'],
    }),
    'the code, or the id where it goes by mail',
  )
    .option('--name <name>', 'what people call it (the slug, if left out)')
    .requiredOption('--admin <email>', 'whom to invite as its first administrator')
    .action(
      online(mount, async ({ api, out }, slug: string, options: { name?: string; admin: string }) => {
        const body = { slug, name: options.name ?? slug, adminEmail: options.admin }
        out.answer(await api.call('createTenant', createdTenantView, { body }), {
          lines: ({ id, invitation }) => [
            ...properties([
              ['tenant', slug],
              ['id', id],
            ]),
            ...invitationLines(invitation),
          ],
          quiet: ({ id, invitation }) => [invitation.code ?? id],
        })
      }),
    )
  for (const [verb, operation, description, done] of [
    ['suspend', 'suspendTenant', 'Refuse every credential of a tenant at once; its data stays.', 'suspended'],
    ['resume', 'resumeTenant', 'Let the people and keys of a suspended tenant in again.', 'resumed'],
  ] as const) {
    serverLeaf(tenant, `${verb} <tenant>`, { description, examples: [`afterai tenant ${verb} globex`] }).action(
      online(mount, async ({ api, out }, given: string) => {
        const id = await findId(api, given, {
          noun: 'tenant',
          list: (it, paging) => it.list('listTenants', operatedTenantView, paging),
          label: ({ slug }) => slug,
        })
        await api.request(operation, { path: { id } })
        out.remark(`Tenant ${printable(given)} is ${done}.`)
      }),
    )
  }
}

// Accounts span tenants; only operators decide about them as a whole.
function addAccountCommands(account: Command, mount: Mount): void {
  for (const [verb, operation, description, done] of [
    [
      'disable',
      'disableAccount',
      'Throw an account out of all of its tenants at once: its sessions end, its keys are refused.',
      'disabled',
    ],
    ['enable', 'enableAccount', 'Let a disabled account in again.', 'enabled'],
  ] as const) {
    serverLeaf(account, `${verb} <id>`, { description, examples: [`afterai account ${verb} ${exampleId}`] }).action(
      online(mount, async ({ api, out }, id: string) => {
        await api.request(operation, { path: { accountId: id } })
        out.remark(`The account is ${done}.`)
      }),
    )
  }
  addPasswordReset(account, mount, {
    who: 'id',
    example: `afterai account reset-password ${exampleId}`,
    description: 'Make a one-time code with which the person sets a new password.',
    offer: (api, id) => api.call('offerAccountPasswordReset', offeredResetView, { path: { accountId: id } }),
  })
}

const exampleId = '01980a00-0000-7000-8000-00000000f001'

async function removeSample({ api, out, world }: ServerContext, { yes }: { yes?: boolean }): Promise<'failed' | void> {
  if (yes !== true) {
    if (!isInteractive(world)) throw new CommandFailure('usage', 'Give --yes to remove the sample workspace.')
    if (!(await confirm(world, 'Remove the sample workspace?'))) return 'failed'
  }
  await api.request('removeSampleWorkspace')
  out.remark('The sample workspace is removed.')
}

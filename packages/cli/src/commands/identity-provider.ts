import { readFile } from 'node:fs/promises'
import {
  breakGlassView,
  identityProviderTestView,
  identityProviderView,
  type IdentityProviderView,
  type Role,
  roles,
} from '@afterai/contract'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { findId } from '../api/find-one.ts'
import { CommandFailure, messageOf } from '../command-failure.ts'
import { nameShown } from '../terminal/person.ts'
import { confirm, readPassword } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { gather, online, serverLeaf, withPaging, withQuiet, type Mount, type ServerContext } from './leaf.ts'

interface NewProviderOptions {
  readonly issuer: string
  readonly clientId: string
}

interface SettingOptions {
  readonly name?: string
  readonly clientId?: string
  readonly secretFile?: string
  readonly secretStdin?: boolean
  readonly scope?: readonly string[]
  readonly groupsClaim?: string
  readonly map?: readonly { group: string; role: Role }[]
  readonly defaultRole?: Role | 'none'
  readonly domain?: readonly string[]
  readonly createMembers?: boolean
  readonly enforced?: boolean
}

/** `identity-provider`: with whom the tenant's people sign in. */
export function addIdentityProviderCommands(program: Command, mount: Mount): void {
  const provider = program
    .command('identity-provider')
    .description('Signing in with your company’s identity provider (OpenID Connect).')

  withQuiet(
    withSettings(
      serverLeaf(provider, 'add <name>', {
        description: 'Add a provider. It is asked at once what it is; the client secret is never shown again.',
        examples: [
          'afterai identity-provider add Corp --issuer https://login.corp.example --client-id afterai --secret-file secret.txt --map ai-leads=approver --map staff=member --domain corp.example',
        ],
      }),
    )
      .requiredOption('--issuer <url>', 'its issuer, as it writes it')
      .requiredOption('--client-id <id>', 'what AfterAI is called there'),
    'the id',
  ).action(
    online(mount, async (context, name: string, options: SettingOptions & NewProviderOptions) => {
      const clientSecret = await readSecret(context, options)
      const body = { ...settingsOf(options), name, issuer: options.issuer, clientId: options.clientId, clientSecret }
      const answer = await context.api.call('createIdentityProvider', identityProviderView, { body })
      context.out.answer(answer, { lines: linesOf, quiet: (it) => [it.id] })
      context.out.remark(
        'Register the redirect URI at the provider, then sign in with: afterai login --sso --tenant SLUG',
      )
    }),
  )
  withPaging(
    serverLeaf(provider, 'list', { description: 'List the providers.', examples: ['afterai identity-provider list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list('listIdentityProviders', identityProviderView, options), {
        lines: ({ items }) =>
          table(
            ['id', 'name', 'issuer', 'enforced'],
            items.map((it) => [it.id, printable(it.name), printable(it.issuer), it.enforced ? 'yes' : 'no']),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )
  addOne(provider, mount)
  addExceptions(provider, mount)
}

function addExceptions(provider: Command, mount: Mount): void {
  const shown = { lines: (it: { accountId: string; name: string }) => [`${it.accountId} ${nameShown(it.name)}`] }
  serverLeaf(provider, 'break-glass [account]', {
    description: 'List the admins who may sign in without an enforced provider, or mark one, by account id.',
    examples: ['afterai identity-provider break-glass', 'afterai identity-provider break-glass ACCOUNT_ID'],
  })
    .option('--revoke', 'take the mark away')
    .action(
      online(mount, async ({ api, out }, account: string | undefined, { revoke }: { revoke?: boolean }) => {
        if (account === undefined) {
          const lines = ({ items }: { items: readonly { accountId: string; name: string }[] }) =>
            items.flatMap(shown.lines)
          return out.answer(await api.list('listBreakGlassAccounts', breakGlassView, {}), { lines })
        }
        const operation = revoke === true ? 'revokeBreakGlass' : 'grantBreakGlass'
        return out.answer(await api.call(operation, breakGlassView, { path: { accountId: account } }), shown)
      }),
    )
  serverLeaf(provider, 'link <provider> <subject> <account>', {
    description: 'Say by hand which member a subject of the provider is.',
    examples: ['afterai identity-provider link Corp 00u1abcd ACCOUNT_ID'],
  }).action(
    online(mount, async ({ api, out }, given: string, subject: string, accountId: string) => {
      const path = { id: await find({ api }, given) }
      await api.request('linkFederatedIdentity', { path, body: { subject, accountId } })
      out.remark(`${printable(subject)} is ${printable(accountId)}.`)
    }),
  )
}

function addOne(provider: Command, mount: Mount): void {
  serverLeaf(provider, 'show <provider>', {
    description: 'Show a provider, by its name or id.',
    examples: ['afterai identity-provider show Corp'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = { id: await find({ api }, given) }
      out.answer(await api.call('getIdentityProvider', identityProviderView, { path }), { lines: linesOf })
    }),
  )
  withSettings(
    serverLeaf(provider, 'update <provider>', {
      description: 'Change what is given, and nothing else. A list that is given replaces the one before.',
      examples: [
        'afterai identity-provider update Corp --enforced',
        'afterai identity-provider update Corp --secret-file secret.txt',
      ],
    }),
  )
    .option('--name <name>', 'what people see')
    .option('--client-id <id>', 'what AfterAI is called there')
    .option('--enforced', 'members sign in with it alone; needs a break-glass admin')
    .option('--no-enforced', 'let passwords and passkeys in again')
    .action(
      online(mount, async (context, given: string, options: SettingOptions) => {
        const isNewSecret = options.secretFile !== undefined || options.secretStdin === true
        const secret = isNewSecret ? { clientSecret: await readSecret(context, options) } : {}
        const { name, clientId, enforced } = options
        const body = { ...settingsOf(options), name, clientId, enforced, ...secret }
        const path = { id: await find(context, given) }
        const answer = await context.api.call('updateIdentityProvider', identityProviderView, { path, body })
        context.out.answer(answer, { lines: linesOf })
      }),
    )
  serverLeaf(provider, 'test <provider>', {
    description: 'Ask a provider what it is, as a sign-in would.',
    examples: ['afterai identity-provider test Corp'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const path = { id: await find({ api }, given) }
      out.answer(await api.call('testIdentityProvider', identityProviderTestView, { path }), {
        lines: (it) =>
          properties([
            ['issuer', printable(it.issuer)],
            ['asks at', printable(it.authorizationEndpoint)],
            ['signs with', printable(it.signingAlgorithms.join(' '))],
            ['names itself in answers', it.namesIssuer ? 'yes' : 'no'],
            ['signs out', it.signsOut ? 'yes' : 'no'],
          ]),
      })
    }),
  )
  serverLeaf(provider, 'remove <provider>', {
    description: 'Remove a provider, and end the sessions that it opened. Members stay.',
    examples: ['afterai identity-provider remove Corp --yes'],
  })
    .option('--yes', 'do not ask')
    .action(online(mount, remove))
}

async function remove(context: ServerContext, given: string, { yes }: { yes?: boolean }): Promise<'failed' | void> {
  const { api, out, world } = context
  if (yes !== true) {
    if (!isInteractive(world)) throw new CommandFailure('usage', 'Give --yes to remove an identity provider.')
    if (!(await confirm(world, `Remove the identity provider ${printable(given)}?`))) return 'failed'
  }
  await api.request('removeIdentityProvider', { path: { id: await find(context, given) } })
  out.remark('The identity provider is removed.')
  return undefined
}

function find({ api }: Pick<ServerContext, 'api'>, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'identity provider',
    list: (it, paging) => it.list('listIdentityProviders', identityProviderView, paging),
    label: ({ name }) => name,
  })
}

function withSettings(command: Command): Command {
  return command
    .option('--secret-file <path>', 'file that holds the client secret')
    .option('--secret-stdin', 'read the client secret from standard input')
    .option('--scope <scope>', 'what to ask for; may be given several times', gather)
    .option('--groups-claim <name>', 'the claim that lists groups')
    .option('--map <group=role>', 'role of a group; the first that fits decides', gatherMapping)
    .addOption(new Option('--default-role <role>', 'role of who is in no such group').choices([...roles, 'none']))
    .option('--domain <domain>', 'a domain whose addresses it vouches for', gather)
    .option('--create-members', 'make members of whom it lets in')
    .option('--no-create-members', 'let in members and invited people alone')
}

function gatherMapping(text: string, before: SettingOptions['map']): SettingOptions['map'] {
  const at = text.lastIndexOf('=')
  const role = roles.find((it) => it === text.slice(at + 1))
  if (at < 1 || role === undefined) throw new InvalidArgumentError(`Give GROUP=ROLE; roles are ${roles.join(', ')}.`)
  return [...(before ?? []), { group: text.slice(0, at), role }]
}

function settingsOf({ scope, groupsClaim, map, defaultRole, domain, createMembers }: SettingOptions) {
  return {
    scopes: scope,
    groupsClaim,
    roleMapping: map,
    defaultRole: defaultRole === 'none' ? null : defaultRole,
    allowedDomains: domain,
    createsMembers: createMembers,
  }
}

// Never from an argument: those can be read by every process of the machine, and stay in the shell's history.
async function readSecret({ world }: ServerContext, { secretFile, secretStdin }: SettingOptions): Promise<string> {
  if (secretFile === undefined) return readPassword(world, { fromStdin: secretStdin === true, isNew: false })
  try {
    return (await readFile(secretFile, 'utf8')).trim()
  } catch (cause) {
    throw new CommandFailure('usage', `The file of the client secret can't be read: ${messageOf(cause)}`, { cause })
  }
}

function linesOf(it: IdentityProviderView): string[] {
  return properties([
    ['id', it.id],
    ['name', printable(it.name)],
    ['issuer', printable(it.issuer)],
    ['client id', printable(it.clientId)],
    ['scopes', printable(it.scopes.join(' '))],
    ['roles', printable(it.roleMapping.map(({ group, role }) => `${group}=${role}`).join(', ')) || 'none'],
    ['default role', it.defaultRole ?? 'none'],
    ['domains', it.allowedDomains.join(' ') || 'none'],
    ['makes members', it.createsMembers ? 'yes' : 'no'],
    ['enforced', it.enforced ? 'yes' : 'no'],
    ['redirect URI', it.redirectUri],
  ])
}

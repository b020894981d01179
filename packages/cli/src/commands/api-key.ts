import type { Input } from '@afterai/client'
import { type ApiKeyView, apiKeyView, createdApiKeyView, keyScopes } from '@afterai/contract'
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ListOptions } from '../api/api.ts'
import { findId, type FindOptions } from '../api/find-one.ts'
import { CommandFailure } from '../command-failure.ts'
import { nameShown } from '../terminal/person.ts'
import { properties, table } from '../terminal/table.ts'
import { online, readPositiveInteger, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

type Scope = Input<'createApiKey'>['body']['scopes'][number]

interface CreateOptions {
  readonly scope: readonly Scope[]
  readonly expiresInDays?: number
  readonly neverExpires?: boolean
  readonly account?: string
}

// A key goes by its name too, while it works.
const found: FindOptions<ApiKeyView> = {
  noun: 'key',
  list: (api, paging) => api.list('listApiKeys', apiKeyView, paging),
  label: (it) => (it.revokedAt === null && it.replacedBy === null ? it.name : null),
}

/** `key`: credentials for machines. */
export function addApiKeyCommands(program: Command, mount: Mount): void {
  const key = program.command('key').description('API keys, for machines.')

  withQuiet(
    serverLeaf(key, 'create <name>', {
      description: 'Make a key. It is shown once and never again; it can do no more than its owner.',
      examples: ['afterai key create ci --scope observation:write --scope digest-key:read --expires-in-days 30'],
    }),
    'the key',
  )
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(keyScopes).makeOptionMandatory())
    .option('--expires-in-days <n>', "how long it lasts (the server's default: 90)", readPositiveInteger)
    .addOption(new Option('--never-expires', 'make a key without an end').conflicts('expiresInDays'))
    .option('--account <id>', 'a service account that it belongs to, in place of you')
    .action(
      online(mount, async ({ api, out }, name: string, options: CreateOptions) => {
        const { scope, expiresInDays, neverExpires, account } = options
        const lasts = neverExpires === true ? null : expiresInDays
        const body = { name, scopes: scope, expiresInDays: lasts, accountId: account }
        out.answer(await api.call('createApiKey', createdApiKeyView, { body }), {
          lines: (it) =>
            properties([
              ['key', it.key],
              ['id', it.id],
              ['scopes', it.scopes.join(' ')],
              ['until', it.expiresAt],
            ]),
          quiet: (it) => [it.key],
        })
        out.remark('Keep the key now: it is not shown again. Use it as AFTERAI_API_KEY.')
      }),
    )

  withPaging(
    serverLeaf(key, 'list', {
      description: 'List the keys: your own, or as an admin all of the tenant.',
      examples: ['afterai key list', 'afterai key list --expiring'],
    }),
  )
    .option('--expiring', 'only keys that end within 14 days')
    .action(
      online(mount, async ({ api, out }, options: ListOptions & { expiring?: boolean }) => {
        const query = options.expiring === true ? { expiring: 'true' } : {}
        out.answer(await api.list('listApiKeys', apiKeyView, options, { query }), {
          lines: ({ items }) =>
            table(
              ['id', 'name', 'owner', 'prefix', 'scopes', 'expires', 'last used', 'from', 'revoked'],
              items.map((it) => [
                it.id,
                nameShown(it.name),
                nameShown(it.accountName),
                it.prefix,
                it.scopes.join(' '),
                it.expiresSoon ? `${it.expiresAt ?? ''} (soon)` : it.expiresAt,
                it.lastUsedAt,
                it.lastUsedAddress,
                it.revokedAt,
              ]),
            ),
          quiet: ({ items }) => items.map(({ id }) => id),
        })
      }),
    )

  addChanges(key, mount)
}

// What may happen to a key that exists.
function addChanges(key: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(key, 'rotate <key>', {
      description: 'Make a key in the place of another, which goes on working for a while.',
      examples: ['afterai key rotate ci --overlap-hours 24'],
    }),
    'the new key',
  )
    .option('--overlap-hours <n>', 'how long the old key still works, 168 at most (24)', readHours, 24)
    .action(
      online(mount, async ({ api, out }, given: string, { overlapHours }: { overlapHours: number }) => {
        const path = { id: await findId(api, given, found) }
        out.answer(await api.call('rotateApiKey', createdApiKeyView, { path, body: { overlapHours } }), {
          lines: (it) =>
            properties([
              ['key', it.key],
              ['id', it.id],
              ['scopes', it.scopes.join(' ')],
              ['until', it.expiresAt],
            ]),
          quiet: (it) => [it.key],
        })
        out.remark('Keep the key now: it is not shown again.')
      }),
    )

  serverLeaf(key, 'update <key>', {
    description: 'Rename a key, or take scopes from it. It never gains any.',
    examples: ['afterai key update ci --scope observation:write', 'afterai key update ci --name nightly'],
  })
    .option('--name <name>', 'another name')
    .addOption(new Option('--scope <scope...>', 'the scopes that it keeps').choices(keyScopes))
    .action(
      online(mount, async ({ api, out }, given: string, options: { name?: string; scope?: readonly Scope[] }) => {
        const { name, scope: scopes } = options
        if (name === undefined && scopes === undefined)
          throw new CommandFailure('usage', 'Give --name, --scope or both.')
        const path = { id: await findId(api, given, found) }
        out.answer(await api.call('changeApiKey', apiKeyView, { path, body: { name, scopes } }), {
          lines: (it) => [`${nameShown(it.name)} may now: ${it.scopes.join(' ')}`],
        })
      }),
    )

  serverLeaf(key, 'revoke <id>', {
    description: 'End a key at once.',
    examples: ['afterai key revoke 01980a2c'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const id = await findId(api, given, found)
      await api.request('revokeApiKey', { path: { id } })
      out.remark(`Key ${id} is revoked.`)
    }),
  )
}

function readHours(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 168) throw new InvalidArgumentError('Give hours from 0 to 168.')
  return Number(text)
}

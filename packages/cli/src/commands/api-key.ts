import { apiKeyView, createdApiKeyView, keyScopes } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { findId } from '../api/find-one.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, readPositiveInteger, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

interface CreateOptions {
  readonly scope: readonly string[]
  readonly expiresInDays?: number
  readonly account?: string
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
    .option('--account <id>', 'a service account that it belongs to, in place of you')
    .action(
      online(mount, async ({ api, out }, name: string, { scope, expiresInDays, account }: CreateOptions) => {
        const body = { name, scopes: scope, expiresInDays, accountId: account }
        out.answer(await api.call(createdApiKeyView, { method: 'POST', path: '/v1/api-keys', body, retry: 'unsent' }), {
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

  withPaging(serverLeaf(key, 'list', { description: 'List the keys.', examples: ['afterai key list'] })).action(
    online(mount, async ({ api, out }, options: object) => {
      out.answer(await api.list(apiKeyView, { path: '/v1/api-keys' }, options), {
        lines: ({ items }) =>
          table(
            ['id', 'name', 'prefix', 'scopes', 'expires', 'last used', 'revoked'],
            items.map((it) => [
              it.id,
              printable(it.name),
              it.prefix,
              it.scopes.join(' '),
              it.expiresAt,
              it.lastUsedAt,
              it.revokedAt,
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  serverLeaf(key, 'revoke <id>', {
    description: 'End a key at once.',
    examples: ['afterai key revoke 01980a2c'],
  }).action(
    online(mount, async ({ api, out }, given: string) => {
      const found = await findId(api, given, { noun: 'key', path: '/v1/api-keys', item: apiKeyView })
      await api.request({ method: 'DELETE', path: `/v1/api-keys/${found}` })
      out.remark(`Key ${found} is revoked.`)
    }),
  )
}

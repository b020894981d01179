import { expect, test } from 'vitest'
import type { JsonSchema } from './open-api.ts'
import { fieldsOf } from './schema-fields.ts'

const text = { type: 'string' } as const
const variant = (fields: Readonly<Record<string, JsonSchema>>): JsonSchema => ({ type: 'object', properties: fields })

test.each<[string, readonly JsonSchema[], readonly string[]]>([
  [
    'a field of one fixed value',
    [variant({ code: text, method: { const: 'totp' } }), variant({ code: text, method: { enum: ['recovery_code'] } })],
    ['method "totp"', 'method "recovery_code"'],
  ],
  [
    'all of their fixed values where the first is shared',
    [
      variant({ kind: { const: 'syslog' }, transport: { const: 'tls' } }),
      variant({ kind: { const: 'syslog' }, transport: { const: 'tcp' } }),
    ],
    ['kind "syslog", transport "tls"', 'kind "syslog", transport "tcp"'],
  ],
  [
    'their fields where the fixed values are shared',
    [variant({ kind: { const: 'a' }, url: text }), variant({ kind: { const: 'a' }, host: text })],
    ['kind, url', 'kind, host'],
  ],
  [
    'fixed value or fields, each by what it has',
    [variant({ kind: { const: 'a' } }), variant({ url: text })],
    ['kind "a"', 'url'],
  ],
  [
    'their number where nothing else differs',
    [variant({ url: text }), variant({ url: { type: 'null' } })],
    ['1: url', '2: url'],
  ],
])('variants of a schema are told apart by %s', (_, anyOf, names) => {
  const { markup } = fieldsOf({ anyOf: [...anyOf] }, {})
  const shown = [...markup.matchAll(/<summary>(.*?)<\/summary>/g)].map(([, name]) => name?.replaceAll('&#34;', '"'))
  expect(shown).toEqual(names)
})

import { readFileSync } from 'node:fs'
import { problems } from '@afterai/contract'
import { operations, operationTags } from '@afterai/contract/operations'
import { beforeAll, expect, test } from 'vitest'
import { type ApiDescription, describeApi } from '../packages/server/src/instance/api-description.ts'
import { lintOpenapi } from './lint-openapi.ts'

const text = readFileSync(new URL('../docs/reference/openapi.json', import.meta.url), 'utf8')
let described: ApiDescription

beforeAll(async () => {
  described = await describeApi()
})

const all = (): { name: string; operation: ApiDescription['openapi']['paths'][string][string] }[] =>
  Object.entries(described.openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  )

test('every route that the description shows has an entry in the contract, and every entry a route', () => {
  expect(Object.keys(operations).toSorted()).toEqual(
    all()
      .map(({ name }) => name)
      .toSorted(),
  )
})

test('every operation has a name of its own that a client can be called by', () => {
  const ids = Object.values(operations).map(({ id }) => id)
  expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]+$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
})

test('every group of operations has some, and they are shown in its order', () => {
  const used = new Set(Object.values(operations).map(({ tag }) => tag))
  expect(Object.keys(operationTags).filter((tag) => !used.has(tag as keyof typeof operationTags))).toEqual([])
  expect(described.openapi.tags.map(({ name }) => name)).toEqual(Object.keys(operationTags))
})

test('a linter of others finds nothing in the description, and every example is what its schema takes', async () => {
  expect(await lintOpenapi(text)).toEqual([])
})

test.each([
  ['an operation without a summary', /"summary": "List the systems",/, '', 'operation-summary'],
  [
    'an example that its schema refuses',
    /"example": "support-bot"/,
    '"example": "no name at all"',
    'no-invalid-parameter-examples',
  ],
  [
    'an answer that its schema refuses',
    /"outcome": "changed"/,
    '"outcome": "who knows"',
    'no-invalid-media-type-examples',
  ],
  ['a path without its parameter', /"\/v1\/systems\/\{name\}"/, '"/v1/systems/{other}"', 'path-parameters-defined'],
])('the linter finds %s', async (_what, from, to, rule) => {
  const found = await lintOpenapi(text.replace(from, to))
  expect(found.map((finding) => finding.rule)).toContain(rule)
})

test('every body and every answer of JSON has an example', () => {
  const missing = all().flatMap(({ name, operation: { requestBody, responses } }) => {
    const bodies = Object.values(requestBody?.content ?? {}).filter(
      ({ schema, example }) => schema && example === undefined,
    )
    const answers = Object.values(responses).flatMap(({ content = {} }) => Object.values(content))
    const bare = answers.filter(({ schema, example }) => schema !== undefined && example === undefined)
    return bodies.length + bare.length > 0 ? [name] : []
  })
  expect(missing).toEqual([])
})

test('every operation tells how it refuses: whom, what, and when to come again', () => {
  for (const { name, operation } of all()) {
    const statuses = Object.keys(operation.responses)
    const isPublic = operation['x-permission'] === 'public'
    expect(statuses, name).toEqual(expect.arrayContaining(['400', '500', '503']))
    expect(statuses.includes('401') || isPublic, name).toBe(true)
    expect(statuses.includes('403') || isPublic, name).toBe(true)
    expect(statuses.includes('404') || !name.includes('{'), name).toBe(true)
    expect(statuses.includes('429'), name).toBe(operation['x-rate-class'] !== 'none')
    const keyed = operation.parameters?.some(({ $ref }) => $ref?.endsWith('/IdempotencyKey')) === true
    expect(statuses.includes('409') || !keyed, name).toBe(true)
  }
})

test('every problem is one that some operation answers with, with the headers that it needs', () => {
  const { responses } = described.openapi.components
  const named = new Set(Object.keys(responses).flatMap((name) => name.split('.').slice(1)))
  expect(Object.keys(problems).filter((code) => !named.has(code))).toEqual([])
  for (const [name, { headers = {} }] of Object.entries(responses)) {
    const told = Object.keys(headers)
    expect(told, name).toContain('x-request-id')
    expect(told.includes('retry-after') || !/^(?:429|503)\./.test(name), name).toBe(true)
    expect(told.includes('ratelimit'), name).toBe(name.startsWith('429.'))
  }
})

test('no operation takes an API key where its permission is a person’s, or a recent proof is asked for', () => {
  const taken = all().filter(({ operation }) => operation.security?.some((it) => 'apiKey' in it))
  expect(taken.map(({ name }) => name)).toContain('POST /v1/observations')
  expect(taken.map(({ name }) => name)).not.toContain('POST /v1/decisions/{id}/approvals')
  expect(taken.filter(({ operation }) => operation['x-step-up'] === true)).toEqual([])
})

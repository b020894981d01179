import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { configurationTable, type Setting } from '../packages/server/src/platform/configuration-table.ts'
import { problems } from '../packages/contract/src/index.ts'
import { configurationReference } from './configuration-reference.ts'
import { errorsReference } from './errors-reference.ts'
import { allowedAttributes } from '../packages/server/src/capture/gate/attribute-table.ts'
import { references } from './references.ts'
import { telemetryReference } from './telemetry-reference.ts'

test.each(references.map((reference) => ({ name: basename(reference.path), ...reference })))(
  'docs/reference/$name says what the code says; if not, run: npm run generate',
  async ({ path, render }) => {
    expect(readFileSync(path, 'utf8')).toBe(await render())
  },
)

test('P5.1: the configuration reference names every variable of the table and no other', () => {
  const named = configurationReference().match(/^## (AFTERAI_\w+)$/gm) ?? []
  const settings: Setting<unknown>[] = Object.values(configurationTable)
  expect(named).toEqual(settings.map(({ variable }) => `## ${variable}`))
})

test('the reference of errors names every problem of the table and no other, with its status', () => {
  const named = [...errorsReference().matchAll(/^## (\w+)\n\n(\d{3}) (.+)\.$/gm)].map(([, ...parts]) => parts)
  expect(named).toEqual(Object.entries(problems).map(([code, [status, title]]) => [code, String(status), title]))
})

test('P1.2: the reference of telemetry names every attribute that may pass and no other', () => {
  const [, passing = ''] = telemetryReference().split('## Attributes that pass')
  const named = [...(passing.split('## ')[0] ?? '').matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(
    ([, ...parts]) => parts,
  )
  expect(named).toEqual(allowedAttributes.map(({ name, slot }) => [name, slot]))
})

test('every problem of the table is one that the server can answer with', () => {
  const folder = new URL('../packages/server/src/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  )
  const source = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n')
  expect(Object.keys(problems).filter((code) => !source.includes(`ProblemError('${code}'`))).toEqual([])
})

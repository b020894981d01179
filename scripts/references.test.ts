import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { configurationTable, type Setting } from '../packages/server/src/platform/configuration-table.ts'
import { configurationReference } from './configuration-reference.ts'
import { references } from './references.ts'

test.each(references.map((reference) => ({ name: basename(reference.path), ...reference })))(
  'docs/reference/$name says what the code says; if not, run: npm run generate',
  ({ path, render }) => {
    expect(readFileSync(path, 'utf8')).toBe(render())
  },
)

test('P5.1: the configuration reference names every variable of the table and no other', () => {
  const named = configurationReference().match(/^## (AFTERAI_\w+)$/gm) ?? []
  const settings: Setting<unknown>[] = Object.values(configurationTable)
  expect(named).toEqual(settings.map(({ variable }) => `## ${variable}`))
})

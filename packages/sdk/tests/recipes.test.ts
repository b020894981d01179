import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../../../examples/sdk-recipes/', import.meta.url))
const recipes = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  scripts: Record<string, string>
}

test.each(recipes)('P2.1: the recipe %s parses, imports only what its folder pins', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  execFileSync(process.execPath, ['--check', join(folder, name)])
  const packages = [...text.matchAll(/from '([^.'][^']*)'/g)]
    .map(([, it = '']) => it)
    .filter((it) => !it.startsWith('node:'))
  expect(packages.filter((it) => !(it in manifest.dependencies))).toEqual([])
})

test('what the recipes need is pinned, and each runs by a script', () => {
  const { '@afterai/sdk': ours, ...others } = manifest.dependencies
  expect(ours).toBe('file:../../packages/sdk')
  for (const version of Object.values(others)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  const run = Object.values(manifest.scripts).map((it) => it.split(' ').at(-1))
  expect(new Set([...run, 'settings.mjs', 'stand-in.mjs'])).toEqual(new Set(recipes))
})

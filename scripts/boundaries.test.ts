import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageImports, serverFolders } from '../boundaries.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ours = Object.keys(packageImports).flatMap((name) => (name === 'cli' ? [] : [`@afterai/${name}`]))
const copy = mkdtempSync(join(tmpdir(), 'afterai-lint-'))

/** A tree of the project's shape, with the project's own lint configuration, for files that break its rules. */
const files = new Map<string, string>()

const forbiddenPackages = Object.entries(packageImports).flatMap(([name, allowed]) =>
  ours
    .filter((other) => !allowed.includes(other) && other !== `@afterai/${name}`)
    .map((other) => ({ name, other, file: `packages/${name}/src/imports-${other.replace('@afterai/', '')}.ts` })),
)
const forbiddenFolders = serverFolders.flatMap((folder, index) =>
  serverFolders
    .slice(index + 1)
    .map((later) => ({ folder, later, file: `packages/server/src/${folder}/imports-${later}.ts` })),
)
const byPath = forbiddenPackages.map(({ name, other }) => {
  const folder = other.replace('@afterai/', '')
  return { name, folder, file: `packages/${name}/src/reaches-${folder}.ts` }
})
const withoutDoors = ['platform']
const insides = serverFolders.flatMap((folder, index) =>
  serverFolders
    .slice(0, index)
    .filter((earlier) => !withoutDoors.includes(earlier))
    .map((earlier) => ({ folder, earlier, file: `packages/server/src/${folder}/reaches-into-${earlier}.ts` })),
)
/** Files by themselves: what each imports, and what is said of it. */
const single = [
  ['packages/server/src/ace/uses-tests.ts', '@afterai/testing', 'may not be imported here'],
  ['packages/record/src/deep/uses-tests.ts', '@afterai/testing', 'may not be imported here'],
  ['packages/unheard-of/src/takes.ts', '@afterai/record', 'may not be imported here'],
  ['packages/unheard-of/src/takes-by-path.ts', '../../record/src/index.ts', 'a path leads into another package'],
  ['packages/server/uses-cli.ts', '../cli/src/run.ts', 'a path leads into another package'],
  ['packages/server/src/pacr/deep/reaches.ts', '../../access/access.ts', 'reaches inside another folder'],
  ['packages/server/src/pacr/hardening.ts', '../platform/hardening/load.ts', 'reaches inside another folder'],
  ['packages/server/src/platform/server.ts', './hardening/load.ts', 'reaches inside another folder'],
  ['packages/server/src/platform/metrics/load.ts', '../hardening/load.ts', 'reaches inside another folder'],
  ['packages/cli/src/later.test.ts', '@afterai/server', 'may not be imported here'],
] as const
/** The same in other forms than an import of values. */
const forms = [
  ['packages/server/src/ace/types.ts', "import type { X } from '../pacr/index.ts'\nexport type Y = X\n"],
  ['packages/server/src/ace/again.ts', "export { x } from '../pacr/index.ts'\n"],
  ['packages/server/src/ace/all-again.ts', "export * from '../pacr/index.ts'\n"],
  ['packages/server/src/ace/at-first-use.ts', "export const x = (): Promise<unknown> => import('../pacr/index.ts')\n"],
] as const
const fine = [
  ['packages/server/src/pacr/allowed.ts', '../ledger/index.ts'],
  ['packages/server/src/pacr/fine.test.ts', '../ledger/append.ts'],
  ['packages/server/src/pacr/tests/fine.ts', '@afterai/testing'],
  ['packages/server/src/identity/deep/own.ts', '../access.ts'],
  ['packages/server/src/aura/foundation.ts', '../platform/database.ts'],
  ['packages/server/src/platform/fine-server.ts', './hardening/index.ts'],
  ['packages/server/src/platform/metrics/fine-one.ts', '../hardening/index.ts'],
  ['packages/server/src/platform/metrics/fine-two.ts', '../database.ts'],
  ['packages/server/src/platform/metrics/fine-three.ts', './exposition.ts'],
  ['packages/server/src/aura/limits.ts', '../platform/rate-limits/index.ts'],
  ['packages/cli/src/contract.ts', '@afterai/contract'],
] as const
const importing = (from: string): string => `import * as it from '${from}'\nexport const x = it\n`
const rules = [
  ['typescript/no-floating-promises', 'packages/record/src/floating.ts', 'async function f() {}\nf()\n'],
  ['node/no-process-env', 'packages/server/src/ace/environment.ts', 'export const home = process.env.HOME\n'],
  ['typescript/no-explicit-any', 'packages/contract/src/any.ts', 'export const x: any = 1\n'],
  ['import/no-cycle', 'packages/evidence/src/a.ts', "import { b } from './b.ts'\nexport const a = (): number => b()\n"],
  [
    'import/no-cycle',
    'packages/evidence/src/of-types.ts',
    "import type { B } from './of-other-types.ts'\nexport interface A { readonly b: B }\n",
  ],
] as const

const found = new Map<string, string>()

beforeAll(() => {
  for (const { other, file } of forbiddenPackages) files.set(file, importing(other))
  for (const { folder, file } of byPath) files.set(file, importing(`../../${folder}/src/index.ts`))
  for (const { later, file } of forbiddenFolders) files.set(file, importing(`../${later}/index.ts`))
  for (const { earlier, file } of insides) files.set(file, importing(`../${earlier}/inside.ts`))
  for (const [file, from] of [...single, ...fine]) files.set(file, importing(from))
  for (const [file, text] of forms) files.set(file, text)
  for (const [, file, text] of rules) files.set(file, text)
  files.set('packages/evidence/src/b.ts', "import { a } from './a.ts'\nexport const b = (): number => a()\n")
  files.set(
    'packages/evidence/src/of-other-types.ts',
    "import type { A } from './of-types.ts'\nexport interface B { readonly a: A | undefined }\n",
  )
  for (const [file, text] of files) {
    mkdirSync(join(copy, dirname(file)), { recursive: true })
    writeFileSync(join(copy, file), text)
  }
  for (const file of ['oxlint.config.ts', 'boundaries.ts', 'tsconfig.json', 'package.json']) {
    copyFileSync(join(root, file), join(copy, file))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { filename, text } of lint()) found.set(filename, (found.get(filename) ?? '') + text)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

function lint(): { filename: string; text: string }[] {
  try {
    execFileSync(join(root, 'node_modules/.bin/oxlint'), ['--type-aware', '--format', 'json'], {
      cwd: copy,
      stdio: 'pipe',
    })
    return []
  } catch (error) {
    const { stdout } = error as { stdout: Buffer }
    const { diagnostics } = JSON.parse(stdout.toString()) as {
      diagnostics: { filename: string; code?: string; message: string; help?: string }[]
    }
    return diagnostics.map(({ filename, code = '', message, help = '' }) => ({
      filename,
      text: `${code} ${message} ${help}\n`,
    }))
  }
}

describe('the import rule', () => {
  it.each(forbiddenPackages)('refuses $other in packages/$name', ({ file }) => {
    expect(found.get(file)).toContain('see the import rule in ARCHITECTURE.md')
  })

  it.each(forbiddenFolders)('refuses $later in server/src/$folder', ({ file }) => {
    expect(found.get(file)).toContain('may import only the folders above it')
  })

  it.each(byPath)('refuses a path into $folder in packages/$name', ({ file }) => {
    expect(found.get(file)).toContain('a path leads into another package')
  })

  it.each(insides)('refuses what is inside $earlier in server/src/$folder', ({ file }) => {
    expect(found.get(file)).toContain('reaches inside another folder')
  })

  it.each(single)('refuses in %s: %s', (file, _from, said) => {
    expect(found.get(file)).toContain(said)
  })

  it.each(forms)('refuses in %s: %j', (file) => {
    expect(found.get(file)).toContain('may import only the folders above it')
  })

  it.each(fine)('lets %s import %s', (file) => {
    expect(found.get(file) ?? '').not.toContain('no-restricted-imports')
  })
})

describe('the lint rules that guard promises', () => {
  it.each(rules)('%s refuses %s', (rule, file) => {
    const [, name = ''] = rule.split('/')
    expect(found.get(file)).toContain(name)
  })
})

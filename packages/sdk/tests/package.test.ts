import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env as processEnvironment } from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { measureEvent, observationEvent, changeEvent } from '@afterai/contract'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { beforeAll, expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { Measurement, ObservedConfiguration, RecordedChange } from '../src/index.ts'

const { PATH } = processEnvironment
const folder = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
/** All that it is built from: its own sources, and those of the client that it brings along. */
const source = [join(folder, 'src'), join(folder, '../client/src')]
  .flatMap((from) =>
    readdirSync(from, { recursive: true, encoding: 'utf8' })
      // What is made of them is bundled JavaScript.
      .filter((name) => name.endsWith('.ts') && name !== 'worker/source.ts')
      .map((name) => readFileSync(join(from, name), 'utf8')),
  )
  .join('\n')

beforeAll(() => {
  execFileSync(process.execPath, ['build.ts'], {
    cwd: folder,
    env: { PATH: `${folder}../../node_modules/.bin:/usr/bin:/bin` },
  })
}, 300_000)

const built = (name: string): string => readFileSync(join(folder, 'dist', name), 'utf8')
const packed = (...texts: string[]): number => gzipSync(texts.join('\n'), { level: 9 }).length

/** A file with the files that it imports at once, not those that it may load later. */
function withImports(name: string): string[] {
  const text = built(name)
  return [text, ...[...text.matchAll(/from\s*"\.\/([\w-]+\.js)"/g)].flatMap(([, next = '']) => withImports(next))]
}

test('P2.1: the package depends on nothing at run time, neither on a model client nor on anything else', () => {
  const kinds = [
    'dependencies',
    'peerDependencies',
    'optionalDependencies',
    'bundledDependencies',
    'peerDependenciesMeta',
  ]
  expect(kinds.filter((kind) => kind in manifest)).toEqual([])
  const imports = [...source.matchAll(/^\s*(?:import|export)[^'"\n]*?from\s+['"]([^.'"][^'"]*)['"]/gm)].map(
    ([, name]) => name,
  )
  expect(imports.filter((name) => name?.startsWith('node:') !== true)).toEqual([])
})

test('P2.1: nothing in the package wraps, patches or proxies anything', () => {
  const patching = [
    /new Proxy\b/,
    /\.prototype(?:\.\w+|\[[^\]]+\])\s*=[^=]/,
    /defineProperty/,
    /setPrototypeOf/,
    /globalThis[.\w]*\s*=[^=]/,
    /Reflect\.set/,
    /registerHooks|module\.register|Module\._load/,
    /require-in-the-middle|import-in-the-middle|shimmer/,
    /process\.on\('SIG/,
    /diagnostics_channel/,
    /async_hooks/,
  ]
  expect(patching.filter((pattern) => pattern.test(source))).toEqual([])
  // The patterns find what they are for.
  expect(/\.prototype(?:\.\w+|\[[^\]]+\])\s*=[^=]/.test('Client.prototype.send = 1')).toBe(true)
})

test('P2.1: a host has the same globals, listeners and modules after a client was made as before', () => {
  const program = `
    const http = await import('node:http'), https = await import('node:https'), net = await import('node:net')
    const seen = () => {
      const own = (it) => Reflect.ownKeys(it).map((key) => [key, Object.getOwnPropertyDescriptor(it, key)])
      const places = [globalThis, http.default, https.default, net.default, Promise, Promise.prototype, Array.prototype, Object.prototype, Function.prototype, console, process]
      return places.flatMap((place) => own(place).map(([key, { value, get, set }]) => [place, key, typeof value === 'function' ? value : typeof value, get, set]))
    }
    globalThis.fetch; globalThis.crypto
    const before = seen(), listeners = process.eventNames()
    const { AfterAI } = await import(${JSON.stringify(join(folder, 'dist/index.js'))})
    const afterai = new AfterAI({ apiKey: 'k', endpoint: 'http://127.0.0.1:9' })
    afterai.system('bot').measure({})
    // Until its thread runs and found nobody.
    while (afterai.stats().retries === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const after = seen()
    const changed = after.filter((row, n) => before[n] === undefined || row.some((value, m) => value !== before[n][m]))
    console.log(JSON.stringify({ changed: changed.map(([, key]) => String(key)), listeners: process.eventNames().filter((it) => !listeners.includes(it)) }))
    process.exit()
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  // An emitter makes its table of listeners anew; it is the listeners that count.
  expect(JSON.parse(output)).toEqual({ changed: [], listeners: ['exit', 'beforeExit'] })
})

test('the client is small: what the host loads, what its thread runs, and what the edge loads', () => {
  const thread = built('thread.js')
  const core = withImports('index.js').filter((text) => text !== thread)
  const sizes = {
    core: packed(...core),
    thread: packed(thread),
    edge: packed(...withImports('edge.js')),
    api: packed(built('api/index.js')),
  }
  expect(sizes.core, JSON.stringify(sizes)).toBeLessThan(9_000)
  expect(sizes.thread, JSON.stringify(sizes)).toBeLessThan(7_600)
  expect(sizes.edge, JSON.stringify(sizes)).toBeLessThan(15_000)
  // A name, a method and a path for each of some 170 operations.
  expect(sizes.api, JSON.stringify(sizes)).toBeLessThan(4_800)
})

test('the published package works as JavaScript, and its types are complete without ours', () => {
  const project = mkdtempSync(join(tmpdir(), 'afterai-consumer-'))
  mkdirSync(join(project, 'node_modules/@afterai'), { recursive: true })
  symlinkSync(folder, join(project, 'node_modules/@afterai/sdk'))
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(project, 'main.ts'),
    `import { AfterAI } from '@afterai/sdk'
import { createClient, items, NoAnswer } from '@afterai/sdk/api'
const afterai = new AfterAI({ apiKey: 'k', endpoint: 'http://127.0.0.1:9' })
afterai.system('bot').measure({ latencyMs: 1 })
// @ts-expect-error a text is no number
afterai.system('bot').measure({ latencyMs: '1' })
const client = createClient({ endpoint: 'http://127.0.0.1:9', credential: 'k', tries: 1 })
const status: 'ok' | undefined = (await client.getLiveness().catch(() => undefined))?.status
// @ts-expect-error the answer has its type
const wrong: number | undefined = (await client.getLiveness().catch(() => undefined))?.status
// @ts-expect-error an operation that takes a path can't go without
void client.getChange().catch(() => wrong)
// @ts-expect-error nor is a filter any text
void client.listChanges({ query: { status: 'odd' } }).catch(() => undefined)
// @ts-expect-error there is no such operation
void client.getNothing
const names = async (): Promise<string[]> => {
  const found: string[] = []
  for await (const { name } of items(client.listSystems, { query: { limit: 2 } })) found.push(name)
  return found
}
void names().catch((error: unknown) => error instanceof NoAnswer)
console.log(typeof status, afterai.stats().enqueued)
process.exit()
`,
  )
  const tsc = join(folder, '../../node_modules/.bin/tsc')
  const options = [
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--strict',
    '--noEmit',
    '--types',
    'node',
    '--typeRoots',
    join(folder, '../../node_modules/@types'),
  ]
  execFileSync(tsc, [...options, join(project, 'main.ts')], {
    cwd: project,
    stdio: 'pipe',
    env: { PATH: `${folder}../../node_modules/.bin:/usr/bin:/bin` },
  })
  const output = execFileSync(process.execPath, ['--no-warnings', join(project, 'main.ts')], {
    cwd: project,
    encoding: 'utf8',
  })
  expect(output).toBe('undefined 2\n')
  rmSync(project, { recursive: true })
})

/** The package as it would be published, and how it got there. */
function pack(): { folder: string; tarball: Buffer<ArrayBuffer> } {
  const to = mkdtempSync(join(tmpdir(), 'afterai-packed-'))
  const npm = ['pack', '--ignore-scripts', '--silent', '--pack-destination', to]
  const name = execFileSync('npm', npm, { cwd: folder, encoding: 'utf8' }).trim()
  return { folder: to, tarball: readFileSync(join(to, name)) }
}

test('what is published has the files that its manifest names, and its types resolve as its code does', async () => {
  const packed = pack()
  const tarball = packed.tarball.buffer.slice(
    packed.tarball.byteOffset,
    packed.tarball.byteOffset + packed.tarball.length,
  )
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  expect(messages).toEqual([])
  expect(pkg['name']).toBe('@afterai/sdk')
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  expect(types.types === false ? ['no types'] : types.problems).toEqual([])
  rmSync(packed.folder, { recursive: true })
})

test('the guide’s way to install the package from a clone leads to one that a project can load, either way', () => {
  const guide = readFileSync(join(folder, '../../docs/guides/sdk.md'), 'utf8')
  const [, block = ''] = /```sh\n(npm pack [^`]+)```/.exec(guide) ?? []
  const home = mkdtempSync(join(tmpdir(), 'afterai-install-'))
  const project = join(home, 'your-project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{"name":"your-project","version":"1.0.0"}')
  const env = { PATH, HOME: home, npm_config_offline: 'true', npm_config_audit: 'false' }
  execFileSync('sh', ['-e', '-c', block], { cwd: join(folder, '../..'), env, stdio: 'pipe' })
  const load = [
    `console.log(typeof require('@afterai/sdk').AfterAI)`,
    `import('@afterai/sdk').then(({ AfterAI }) => console.log(typeof AfterAI))`,
  ]
  for (const program of load)
    expect(execFileSync(process.execPath, ['-e', program], { cwd: project, encoding: 'utf8' })).toBe('function\n')
  rmSync(home, { recursive: true })
})

test('a package whose manifest is wrong is found out', async () => {
  const manifest = '{"name":"x","version":"1.0.0","exports":"./gone.js"}'
  const files = [{ name: 'x/package.json', data: new TextEncoder().encode(manifest) }]
  const { messages } = await publint({ pkgDir: 'x', pack: { files }, strict: true })
  expect(messages.map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST')
})

test('the types of the client are those of the contract', () => {
  type Sent<T> = { [K in keyof T]?: NonNullable<T[K]> }
  type Measured = z.input<typeof measureEvent>
  expectTypeOf<Sent<Omit<Measurement, 'at'>>>().toExtend<Partial<Measured>>()
  expectTypeOf<keyof Measurement>().toEqualTypeOf<Exclude<keyof Measured, 'kind' | 'system' | 'environment'>>()
  type Configuration = z.input<typeof observationEvent>['configuration']
  expectTypeOf<Exclude<keyof ObservedConfiguration, 'mcp'>>().toEqualTypeOf<keyof Configuration>()
  expectTypeOf<keyof ObservedConfiguration['model']>().toEqualTypeOf<keyof Configuration['model']>()
  for (const part of ['inference', 'agent', 'infrastructure', 'evaluation'] as const) {
    expectTypeOf<keyof NonNullable<ObservedConfiguration[typeof part]>>().toEqualTypeOf<
      keyof NonNullable<Configuration[typeof part]>
    >()
  }
  type Changed = z.input<typeof changeEvent>
  expectTypeOf<keyof RecordedChange>().toEqualTypeOf<Exclude<keyof Changed, 'kind' | 'id' | 'system' | 'environment'>>()
  expectTypeOf<RecordedChange['changeTypes'][number]>().toEqualTypeOf<Changed['changeTypes'][number]>()
  for (const key of ['intent', 'changeClass', 'origin'] as const) {
    expectTypeOf<NonNullable<RecordedChange[typeof key]>>().toEqualTypeOf<NonNullable<Changed[typeof key]>>()
  }
})

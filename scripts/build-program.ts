import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { fileURLToPath } from 'node:url'

// `npm run build`, and the end of `npm ci`: the command line and the server as JavaScript in a few files, which start in half the time
// of their sources (docs/adr/0036-a-built-program.md). `packages/cli/bin/afterai` runs them for as long as no source is newer.
const root = fileURLToPath(new URL('..', import.meta.url))
// As deep below the package as its sources are: what they find by their own place, such as migrations, is found from there too.
const folder = join(root, 'packages/server/dist/program')

const entries = {
  afterai: 'packages/cli/src/main.ts',
  server: 'packages/server/src/instance/main.ts',
  'import-worker': 'packages/server/src/aura/import-worker.ts',
  'assess-worker': 'packages/server/src/aura/assess-worker.ts',
}

/** Names of files in the sources, and what they are called in the build; each must be met. */
const places: readonly (readonly [source: string, built: string])[] = [
  ['import.meta.resolve("@afterai/server")', 'new URL("./server.js", import.meta.url).href'],
  ['"./import-worker.ts"', '"./import-worker.js"'],
  ['"./assess-worker.ts"', '"./assess-worker.js"'],
]

rmSync(folder, { recursive: true, force: true })
try {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    // Machine code, which is found where npm put it.
    external: [/^@node-rs\//, 'pg-native'],
  })
  const { output } = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  const files = output.flatMap((file) => (file.type === 'chunk' ? [{ name: file.fileName, code: file.code }] : []))
  mkdirSync(folder, { recursive: true })
  for (const [source] of places)
    if (!files.some(({ code }) => code.includes(source))) throw new Error(`no source says ${source} any more`)
  // The command line last: it is what the others are older than.
  for (const { name, code } of files.toSorted((one) => (one.name === 'afterai.js' ? 1 : -1)))
    writeFileSync(
      join(folder, name),
      places.reduce((text, [source, built]) => text.replaceAll(source, built), code),
    )
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
  stderr.write('rolldown is not installed, so nothing is built: AfterAI runs from its sources.\n')
}

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, stderr } from 'node:process'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

// `npm run build`, and the end of `npm ci`: the console as files that the server sends as they are, each with its compressed twin.
// `--if-older` builds only what has newer sources.
const root = fileURLToPath(new URL('../packages/console', import.meta.url))
const dist = join(root, 'dist')
const sources = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../../examples/support-bot/baseline.json',
  '../../examples/support-bot/candidate.json',
  '../client/src',
  '../record/src',
  '../../scripts/verifier-file.ts',
]
const compressed = /\.(?:js|css|html|svg|json)$/

if (!argv.includes('--if-older') || isOlder()) {
  try {
    const { build } = await import('vite')
    rmSync(dist, { recursive: true, force: true })
    await build({ root, logLevel: 'warn' })
    const { verifierFile } = await import('./verifier-file.ts')
    writeFileSync(join(dist, 'verifier.html'), await verifierFile())
    // To try an assessment with.
    mkdirSync(join(dist, 'samples'))
    for (const [name, side] of [['baseline', 'before'] as const, ['candidate', 'after'] as const])
      copyFileSync(
        join(root, `../../examples/support-bot/${name}.json`),
        join(dist, `samples/support-bot-${side}.json`),
      )
    for (const file of filesIn(dist).filter((name) => compressed.test(name))) {
      const content = readFileSync(file)
      const small = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
      // What a twin doesn't make smaller has none.
      if (small.length < content.length) writeFileSync(`${file}.br`, small)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    stderr.write('vite is not installed, so the console is not built: the server answers its API alone.\n')
  }
}

/** Whether a source is newer than what was built of it, or nothing was built. */
function isOlder(): boolean {
  const built = statSync(join(dist, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  return sources.flatMap((source) => filesIn(join(root, source))).some((file) => statSync(file).mtimeMs > built)
}

/** All files below a folder, or the file itself. */
function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

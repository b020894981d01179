import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown, type InputOptions, type OutputOptions, type Plugin } from 'rolldown'

const require = createRequire(import.meta.url)

// `@afterai/sdk/api` is the client of the API, bundled: the package depends on nothing.
const source = (file: string): string =>
  file === 'api/index.ts' ? require.resolve('@afterai/client') : fileURLToPath(new URL(`src/${file}`, import.meta.url))

/** A file of the published package. */
export interface BuiltFile {
  readonly fileName: string
  readonly code: string
}

/** Sources that the client loads only where needed. Each is whole: a chunk that two share would be one more file for a host to load. */
const loadedLater = ['link/local-sender.ts', 'configuration/digest-soon.ts']

/** The published JavaScript: the client, the text of its thread, what it may load later, the client for the edge, the API, and for `require` client and API, each in one file. */
export async function bundleFiles(): Promise<BuiltFile[]> {
  const whole = { format: 'es', codeSplitting: false } as const
  const main = await bundle(
    {
      input: { index: source('index.ts') },
      platform: 'neutral',
      plugins: [leave([...loadedLater, 'worker/source.ts'])],
    },
    whole,
  )
  const edge = await bundle(
    { input: { edge: source('index.ts') }, platform: 'neutral', plugins: [withoutThreads] },
    whole,
  )
  const others = ['worker/source.ts', 'api/index.ts', ...loadedLater].map((file) =>
    bundle({ input: { [builtName(file)]: source(file) }, platform: 'neutral' }, whole),
  )
  const required = ['index.ts', 'api/index.ts'].map((file) =>
    bundle(
      { input: { [builtName(file)]: source(file) }, platform: 'neutral' },
      { ...whole, format: 'cjs', entryFileNames: '[name].cjs' },
    ),
  )
  return [main, edge, ...(await Promise.all([...others, ...required]))].flat()
}

function builtName(file: string): string {
  if (file === 'worker/source.ts') return 'thread'
  return file.startsWith('api/') ? 'api/index' : file.replace(/^.*\//, '').replace(/\.ts$/, '')
}

/** Keeps files out of a bundle, which imports them as files of their own. */
function leave(files: readonly string[]): Plugin {
  return {
    name: 'leave',
    resolveId(id) {
      const file = files.find((it) => `/${it}`.endsWith(id.replace(/^\.+/, '')))
      return file === undefined ? null : { id: `./${builtName(file)}.js`, external: true }
    },
  }
}

const withoutThreads: Plugin = {
  name: 'without-threads',
  resolveId: (id) => (id.endsWith('link/open-link.ts') ? source('link/open-link.edge.ts') : null),
}

/** `src/worker/source.ts`: the sending thread as a text, since a file of its own would get lost in bundlers. */
export async function workerSourceFile(): Promise<string> {
  const [file] = await bundle(
    { input: source('worker/main.ts'), platform: 'node' },
    { format: 'cjs', codeSplitting: false },
  )
  const text = JSON.stringify(file?.code.trim())
  return `// Made of main.ts by \`npm run generate\`.\n/** The sending thread, as JavaScript. */\nexport const workerSource: string =\n  ${text}\n`
}

async function bundle(input: InputOptions, output: OutputOptions): Promise<BuiltFile[]> {
  const bundled = await rolldown({ ...input, logLevel: 'silent' })
  const built = await bundled.generate({ ...output, minify: true, chunkFileNames: '[name].js' })
  await bundled.close()
  return built.output.flatMap((file) => (file.type === 'chunk' ? [{ fileName: file.fileName, code: file.code }] : []))
}

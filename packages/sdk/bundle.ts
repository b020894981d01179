import { fileURLToPath } from 'node:url'
import { rolldown, type InputOptions, type OutputOptions } from 'rolldown'

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url))

/** A file of the published package. */
export interface BuiltFile {
  readonly fileName: string
  readonly code: string
}

/** The published JavaScript: the client, what it loads only where there are no threads, the client for the edge, and the API. */
export async function bundleFiles(): Promise<BuiltFile[]> {
  const main = await bundle(
    { input: { index: source('index.ts'), 'api/index': source('api/index.ts') }, platform: 'neutral' },
    { format: 'es', codeSplitting: { groups: [{ name: 'thread', test: /worker.source\.ts/ }] } },
  )
  const edge = await bundle(
    {
      input: { edge: source('index.ts') },
      platform: 'neutral',
      plugins: [
        {
          name: 'no-threads',
          resolveId: (id) => (id.endsWith('link/open-link.ts') ? source('link/open-link.edge.ts') : null),
        },
      ],
    },
    { format: 'es', codeSplitting: false },
  )
  return [...main, ...edge]
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

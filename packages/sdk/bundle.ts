import { fileURLToPath } from 'node:url'
import { rolldown, type InputOptions } from 'rolldown'

const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url))

/** What a bundle is of, and for. */
export interface BundleOptions {
  readonly input: string
  readonly format: 'cjs' | 'es'
  readonly platform: NonNullable<InputOptions['platform']>
}

/** One file of `src` with all that it imports, minified. */
export async function bundle({ input, format, platform }: BundleOptions): Promise<string> {
  const bundled = await rolldown({ input: source(input), platform, logLevel: 'silent' })
  const { output } = await bundled.generate({ format, minify: true, codeSplitting: false })
  await bundled.close()
  return output[0].code
}

/** `src/worker/source.ts`: the sending thread as a text, since a file of its own would get lost in bundlers. */
export async function workerSourceFile(): Promise<string> {
  const code = await bundle({ input: 'worker/main.ts', format: 'cjs', platform: 'node' })
  return `// Made of main.ts by \`npm run generate\`.\n/** The sending thread, as JavaScript. */\nexport const workerSource: string =\n  ${JSON.stringify(code.trim())}\n`
}

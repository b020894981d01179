import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type * as record from '../src/index.ts'

const door = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** The package as one ES module, as a bundler for browsers makes it: of the files that the condition `browser` names. */
export async function buildForBrowsers(): Promise<string> {
  const bundle = await rolldown({ input: door, platform: 'browser', logLevel: 'silent' })
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false, comments: false })
  await bundle.close()
  const [{ code }, ...others] = output
  if (others.length > 0) throw new Error('the package became more than one file')
  return code
}

/** The same, loaded into this process: the twin of the package that runs on Node's primitives. */
export async function loadBrowserBuild(): Promise<typeof record> {
  return import(`data:text/javascript;base64,${Buffer.from(await buildForBrowsers()).toString('base64')}`)
}

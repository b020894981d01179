import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { OutputOptions, rolldown as Rolldown } from 'rolldown'

// `npm run build`, and the end of `npm ci`: the command line and the server as JavaScript in a few files, which start in half the time
// of their sources (docs/adr/0036-a-built-program.md). `packages/cli/bin/afterai` runs them for as long as no source is newer.
const root = fileURLToPath(new URL('..', import.meta.url))
// As deep below the package as its sources are: what they find by their own place, such as migrations, is found from there too.
const folder = join(root, 'packages/server/dist/program')

/** What starts as a process or a thread. The command line is built apart: few of its commands are used together, and each waits for all that it loads. */
const programs: readonly (readonly [input: Readonly<Record<string, string>>, output: OutputOptions])[] = [
  [
    {
      server: 'packages/server/src/instance/main.ts',
      'import-worker': 'packages/server/src/aura/import-worker.ts',
      'assess-worker': 'packages/server/src/aura/assess-worker.ts',
    },
    {},
  ],
  [
    { afterai: 'packages/cli/src/main.ts' },
    {
      comments: false,
      // What many commands load is one file, and so is what asks a server: each file costs a millisecond to find and to link.
      codeSplitting: {
        groups: [
          { name: 'shared', minShareCount: 8 },
          { name: 'asking', test: /packages\/(cli\/src\/(api|credentials)|client\/src)\// },
        ],
      },
    },
  ],
]

/** What the sources say, and what is said in its place in the build; each must be met. */
const places: readonly (readonly [source: string, built: string])[] = [
  ['import.meta.resolve("@afterai/server")', 'new URL("./server.js", import.meta.url).href'],
  ['"./import-worker.ts"', '"./import-worker.js"'],
  ['"./assess-worker.ts"', '"./assess-worker.js"'],
  // Commander's, for commands that are programs of their own: we have none.
  ['import childProcess from "node:child_process";\n', 'const childProcess = undefined;\n'],
]

rmSync(folder, { recursive: true, force: true })
try {
  const { rolldown } = await import('rolldown')
  const files = (await Promise.all(programs.map(([input, output]) => filesOf(rolldown, input, output)))).flat()
  mkdirSync(folder, { recursive: true })
  for (const [source] of places)
    if (!files.some(({ code }) => code.includes(source))) throw new Error(`no source says ${source} any more`)
  // The command line last: it is what the others are older than.
  for (const { name, code } of files.toSorted((one) => (one.name === 'afterai.js' ? 1 : -1)))
    writeFileSync(
      join(folder, name),
      inAscii(withoutFacades(places.reduce((text, [source, built]) => text.replaceAll(source, built), code))),
    )
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
  stderr.write('rolldown is not installed, so nothing is built: AfterAI runs from its sources.\n')
}

/** The files of one build. */
async function filesOf(
  rolldown: typeof Rolldown,
  input: Readonly<Record<string, string>>,
  output: OutputOptions,
): Promise<readonly { readonly name: string; readonly code: string }[]> {
  const bundle = await rolldown({
    cwd: root,
    input: { ...input },
    platform: 'node',
    // Machine code, which is found where npm put it.
    external: [/^@node-rs\//, 'pg-native'],
  })
  const built = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    ...output,
  })
  await bundle.close()
  return built.output.flatMap((file) => (file.type === 'chunk' ? [{ name: file.fileName, code: file.code }] : []))
}

/**
 * Takes Node's modules as they are. An import of one asks for each thing that it has, and so loads what none of us needs: all of `fetch`
 * with `node:http`, a stream for the standard input with `node:process`.
 */
function withoutFacades(code: string): string {
  return code.replaceAll(
    /^import (?:([\w$]+)(?:, | ))?(?:\* as ([\w$]+) |\{([^}]*)\} )?from "(node:[\w/]+)";$/gm,
    (_, whole?: string, namespace?: string, names?: string, module?: string) =>
      [whole, namespace, names === undefined ? undefined : `{${names.replaceAll(' as ', ': ')}}`]
        .flatMap((taken) =>
          taken === undefined ? [] : [`const ${taken} = globalThis.process.getBuiltinModule("${module}");`],
        )
        .join(' '),
  )
}

/** The same program in ASCII: a file with one other character takes twice the memory, and longer to read. */
function inAscii(code: string): string {
  return code.replaceAll(/[^\p{ASCII}]/gv, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

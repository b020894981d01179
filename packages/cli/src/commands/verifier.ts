import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { writeAsked } from '../write-file.ts'
import { leaf, locally, withQuiet, type LocalContext, type Mount } from './leaf.ts'

// Made by `npm run build`. The built command line lies as deep below the packages as this file does.
const place = new URL('../../../console/dist/verifier.html', import.meta.url)

/** `record verifier`: a page for those who verify without AfterAI and without a terminal. */
export function addVerifierCommand(record: Command, mount: Mount): void {
  withQuiet(
    leaf(record, 'verifier', {
      description:
        'Write the page that verifies exported records in a browser, as one file. It is opened from disk, needs no network and asks nobody.',
      summary: 'Write the page that verifies records without a network.',
      examples: ['afterai record verifier --out verify.html'],
    }),
    'the path of the page',
  )
    .option('--out <file>', 'where to', 'verify.html')
    .option('--force', 'write over a file that exists')
    .action(locally(mount, writeVerifier))
}

async function writeVerifier(
  { out }: LocalContext,
  { out: path, force = false }: { readonly out: string; readonly force?: boolean },
): Promise<void> {
  const page = await readFile(place).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    const remedy = 'Build it: npm run build. Or save /verifier.html from a server.'
    throw new CommandFailure('failed', 'The verifier is not built here.', { remedy, cause })
  })
  await writeAsked(path, page, { force })
  out.answer({ json: { page: path }, value: path }, { lines: () => [`wrote ${path}`], quiet: () => [path] })
}

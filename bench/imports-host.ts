import { resourceUsage } from 'node:process'
import { importHere, openEvaluationFile } from '../packages/cli/src/evaluation-file.ts'

/** Imports one file as the command line does, and says how long it took and how much memory; without a file, what it takes to do nothing. */
const [path, where = ''] = process.argv.slice(2)
const key = (): Uint8Array => new Uint8Array(32)
const start = performance.now()
const result =
  path === undefined
    ? undefined
    : importHere(openEvaluationFile(path, where === '' ? {} : { where: [where] }, key), key)
if (result && !result.ok) throw new Error(result.faults.map(({ text }) => text).join('\n'))
process.stdout.write(
  JSON.stringify({
    cases: result?.run.cases.rows ?? 0,
    seconds: (performance.now() - start) / 1000,
    peakMib: resourceUsage().maxRSS / 1024,
  }),
)

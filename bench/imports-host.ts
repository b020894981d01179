import { resourceUsage, stdout } from 'node:process'
import { PassThrough } from 'node:stream'
import { run } from '../packages/cli/src/run.ts'

/** Runs one command line in this process, and says how it ended, how long it took and how much memory the process had at most. */
const start = performance.now()
const [said, nowhere] = [new PassThrough(), new PassThrough()]
const world = { env: { HOME: '/nonexistent', AFTERAI_API_KEY: 'none' }, stdin: nowhere, stdout: said, stderr: said }
const code = await run(process.argv.slice(2), world)
const seconds = (performance.now() - start) / 1000
const peakMib = resourceUsage().maxRSS / 1024
stdout.write(JSON.stringify({ code, seconds, peakMib, said: String(said.read() ?? '').slice(0, 400) }))

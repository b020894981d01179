import process, { env } from 'node:process'
import { run } from './run.ts'

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await run(process.argv.slice(2), {
  env,
  stdout: process.stdout,
  // Node opens each where it is first asked for, which few commands need.
  get stdin() {
    return process.stdin
  },
  get stderr() {
    return process.stderr
  },
})

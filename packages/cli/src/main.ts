import { argv, env, stderr, stdin, stdout } from 'node:process'
import { run } from './run.ts'

// A reader that has seen enough, such as `head`, is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await run(argv.slice(2), { env, stdin, stdout, stderr })

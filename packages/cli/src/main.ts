import { argv, env, stderr, stdin, stdout } from 'node:process'
import packageJson from '../package.json' with { type: 'json' }

// A reader that has seen enough, such as `head`, is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const words = argv.slice(2)
// Scripts ask for the version before each step: nothing is loaded for that.
if (words.length === 1 && ['-V', '--version'].includes(words[0] ?? '')) stdout.write(`${packageJson.version}\n`)
else {
  const { run } = await import('./run.ts')
  process.exitCode = await run(words, { env, stdin, stdout, stderr })
}

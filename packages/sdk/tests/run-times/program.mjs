// For run times with a process: `program.mjs ENDPOINT KEY [exit]` prints what came of the exercise, or ends at once.
import { AfterAI } from '@afterai/sdk'
import { exercise } from './exercise.mjs'

const [endpoint, apiKey, end] = process.argv.slice(2)
if (end === 'exit') {
  const bot = new AfterAI({ apiKey, endpoint, exitWaitMs: 10_000 }).system('support-bot')
  for (let n = 0; n < 100; n++) bot.measure({ latencyMs: n })
  process.exit(4)
}
console.log(JSON.stringify(await exercise(AfterAI, { apiKey, endpoint })))

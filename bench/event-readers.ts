import { argv } from 'node:process'
import { readEvents } from '../packages/server/testing/event-reader.ts'

// Follows the events of a server as so many tabs would, in a process of their own: `event-readers.ts <origin> <tabs> <token>...`. Says "open" when
// all of them are, and then a line for each change that came to all: its id, and when the last tab had it.
const [origin = '', tabs = '', ...tokens] = argv.slice(2)
const readers = await Promise.all(
  Array.from({ length: Number(tabs) }, (_, n) =>
    readEvents(origin, { authorization: `Bearer ${tokens[n % tokens.length]}` }),
  ),
)
const refused = readers.find(({ status }) => status !== 200)
if (refused !== undefined)
  throw new Error(`a stream was answered with ${refused.status}: ${JSON.stringify(refused.body)}`)
process.stdout.write('open\n')

const read = readers.map(() => 0)
const heard = new Map<string, number>()
setInterval(() => {
  for (const [index, { events }] of readers.entries()) {
    for (; (read[index] ?? 0) < events.length; read[index] = (read[index] ?? 0) + 1) {
      const { kind, data } = events[read[index] ?? 0] ?? {}
      if (kind !== 'change') continue
      const id = String(data?.['id'])
      heard.set(id, (heard.get(id) ?? 0) + 1)
      if (heard.get(id) === readers.length) process.stdout.write(`${id} ${Date.now()}\n`)
    }
  }
}, 2)

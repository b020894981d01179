import type { Operations } from '@afterai/client'
import { span } from '../settings/stream-words.ts'

/** How the server does its work, as it tells an administrator. */
export type Health = Operations['getHealth']['answer']
type Stream = Pick<Operations['listAuditStreams']['answer']['items'][number], 'name' | 'state' | 'lastError'>
type Key = Pick<Operations['listApiKeys']['answer']['items'][number], 'name' | 'expiresAt'>

/** What is known of the server; a part is undefined where the reader may not see it, or it hasn't come yet. */
export interface Known {
  /** Why the server isn't ready, in its words; null where it is. */
  readonly unready?: string | null | undefined
  readonly health?: Health | undefined
  readonly streams?: readonly Stream[] | undefined
  readonly endingKeys?: readonly Key[] | undefined
}

/** Something that somebody has to look after, and where. */
export interface Care {
  readonly grave: boolean
  readonly title: string
  readonly what: string
  /** The section of the settings in which it is done. */
  readonly section?: 'streams' | 'keys'
}

/** An entry is integrated within seconds; one that waits this long waits for something. */
const longWaitSeconds = 60

const stoppedWords = {
  log_tampered:
    'Stored entries differ from what was signed. Nothing more is signed until an operator has looked at it.',
  log_went_back: 'The log is shorter than it was: an old copy of the database runs. Nothing more is signed until then.',
} as const

/** What needs care, the grave first. Empty where nothing does. */
export function careOf({ unready, health, streams = [], endingKeys = [] }: Known): Care[] {
  const found: Care[] = []
  if (unready !== undefined && unready !== null)
    found.push({ grave: true, title: 'The server can’t do its work', what: unready })
  if (health !== undefined) found.push(...ofLog(health), ...ofInstance(health))
  for (const { name, lastError } of streams.filter(({ state }) => state === 'failing'))
    found.push({
      grave: true,
      title: `The stream ${name} fails`,
      what: lastError ?? 'It gave no reason.',
      section: 'streams',
    })
  for (const { name } of streams.filter(({ state }) => state === 'paused'))
    found.push({
      grave: false,
      title: `The stream ${name} is paused`,
      what: 'Events wait in the log.',
      section: 'streams',
    })
  if (endingKeys.length > 0)
    found.push({
      grave: false,
      title: endingKeys.length === 1 ? 'A key ends soon' : `${endingKeys.length} keys end soon`,
      what: endingKeys.map(({ name }) => name).join(', '),
      section: 'keys',
    })
  return found.toSorted((one, other) => Number(other.grave) - Number(one.grave))
}

function ofLog({ log }: Health): Care[] {
  if (log.stopped !== null) return [{ grave: true, title: 'The log is stopped', what: stoppedWords[log.stopped] }]
  if (log.oldestSeconds < longWaitSeconds) return []
  const what = `${entries(log.waiting)} for ${span(log.oldestSeconds)}. Records are sealed once they are in the log.`
  return [{ grave: true, title: 'Entries wait to be logged', what }]
}

function ofInstance({ instance }: Health): Care[] {
  if (instance === null) return []
  const found: Care[] = []
  if (instance.stoppedLogs > 0)
    found.push({
      grave: true,
      title: `Logs that are stopped: ${instance.stoppedLogs}`,
      what: 'Run `npx afterai doctor` on the server: it says which, and what to do.',
    })
  if (instance.oldestSeconds >= longWaitSeconds)
    found.push({
      grave: true,
      title: 'Logs of this instance fall behind',
      what: `${entries(instance.waiting)} for ${span(instance.oldestSeconds)}.`,
    })
  if (instance.streams.failing > 0)
    found.push({
      grave: true,
      title: `Streams that fail, in all tenants: ${instance.streams.failing}`,
      what: `The one that is furthest behind has ${instance.streamLag.toLocaleString('en')} entries to send.`,
    })
  return found
}

function entries(count: number): string {
  return `${count >= 10_000 ? '10,000 or more' : count.toLocaleString('en')} ${count === 1 ? 'waits' : 'wait'}`
}

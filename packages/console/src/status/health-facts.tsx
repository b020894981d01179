import { exact } from '../api/instants.ts'
import { Card, Facts } from '../look/card.tsx'
import { Ago } from '../look/time.tsx'
import { span } from '../settings/stream-words.ts'
import type { Health } from './care.ts'

const count = (value: number) => value.toLocaleString('en')

/** What the server says of itself: its log, its limits, its release; to operators, of the whole instance. */
export function HealthFacts({
  health: { log, limits, instance, release, startedAt, sendsMail },
}: {
  readonly health: Health
}) {
  return (
    <>
      <Card title="The log">
        <Facts
          padded
          of={[
            ['Signed', `${count(log.size)} entries`],
            ['Last', log.signedAt === null ? 'nothing yet' : <Ago key="at" at={log.signedAt} />],
            ['Waiting', waiting(log)],
          ]}
        />
      </Card>
      {instance === null ? null : (
        <Card title="The instance">
          <Facts
            padded
            of={[
              ['Waiting', waiting(instance)],
              [
                'Streams',
                `${count(instance.streams.sending)} sending, ${count(instance.streams.failing)} failing, ${count(instance.streams.paused)} paused`,
              ],
              [
                'Furthest',
                instance.streamLag === 0 ? 'no stream is behind' : `${count(instance.streamLag)} entries behind`,
              ],
              ['Stopped', instance.stoppedLogs === 0 ? 'no log is' : `${count(instance.stoppedLogs)} logs`],
            ]}
          />
        </Card>
      )}
      <Card title="Limits" note="requests in a minute, of one account">
        <Facts
          padded
          of={[
            ['Reads', count(limits.reads)],
            ['Changes', count(limits.writes)],
            ['Heavy', `${count(limits.heavy)} imports, assessments, exports and audits`],
            ['Telemetry', `${count(limits.telemetry)} batches`],
            ['Imports', `${count(limits.importMaxMib)} MiB a file`],
            [
              'Sessions',
              `end after ${span(limits.sessionIdleMinutes * 60)} without use, ${limits.sessionMaxHours} h at most`,
            ],
          ]}
        />
      </Card>
      <Card title="The server">
        <Facts
          padded
          of={[
            ['Release', release],
            ['Started', exact(startedAt)],
            ['Mail', sendsMail ? 'is sent' : 'is not set up: codes are handed over by hand'],
          ]}
        />
      </Card>
    </>
  )
}

function waiting({
  waiting: entries,
  oldestSeconds,
}: {
  readonly waiting: number
  readonly oldestSeconds: number
}): string {
  return entries === 0 ? 'nothing' : `${count(entries)} entries, the first for ${span(oldestSeconds)}`
}

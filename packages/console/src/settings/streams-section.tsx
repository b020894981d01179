import { useQuery } from '@tanstack/react-query'
import { PlusIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { useProved } from '../identity/proved.ts'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { Ago } from '../look/time.tsx'
import { AddStreamDialog } from './add-stream-dialog.tsx'
import styles from './settings.module.css'
import { RemoveStreamDialog, ReplayDialog } from './stream-dialogs.tsx'
import { lagOf, type Stream } from './stream-words.ts'

type Asked = { readonly what: 'add' } | { readonly what: 'replay' | 'remove'; readonly stream: Stream }

/** Where audit events are sent, how far each destination is, and what it last said. */
export function StreamsSection() {
  const manages = useMay()('audit-stream:write')
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const { data, error, refetch } = useQuery({
    queryKey: ['streams'],
    queryFn: ({ signal }) => api.listAuditStreams({ signal }),
    refetchInterval: 10_000,
  })
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="the streams" />
  // What needs care comes first.
  const streams = data.items.toSorted(
    (one, other) => Number(other.state === 'failing') - Number(one.state === 'failing'),
  )
  return (
    <>
      {streams.length === 0 ? (
        <Card title="Audit streams">
          <Empty title="Events are sent nowhere">
            <p>A stream sends each event of the trail to your SIEM as it happens: by syslog, or as a signed webhook.</p>
          </Empty>
        </Card>
      ) : (
        streams.map((stream) => (
          <StreamCard
            key={stream.id}
            stream={stream}
            onAsk={manages ? (what) => setAsked({ what, stream }) : undefined}
          />
        ))
      )}
      {manages ? (
        <p className={styles['below-card']}>
          <Button onClick={() => setAsked({ what: 'add' })}>
            <PlusIcon aria-hidden />
            Add a stream
          </Button>
        </p>
      ) : null}
      {asked?.what === 'add' ? <AddStreamDialog onClose={close} /> : null}
      {asked?.what === 'replay' ? <ReplayDialog stream={asked.stream} onClose={close} /> : null}
      {asked?.what === 'remove' ? <RemoveStreamDialog stream={asked.stream} onClose={close} /> : null}
    </>
  )
}

const stateWords = { sending: 'Sending', failing: 'Failing', paused: 'Paused' } as const

function StreamCard({
  stream,
  onAsk,
}: {
  readonly stream: Stream
  readonly onAsk: ((what: 'replay' | 'remove') => void) | undefined
}) {
  const {
    id,
    name,
    kind,
    endpoint,
    state,
    delivered,
    nextIndex,
    lastDeliveredAt,
    failures,
    lastError,
    lastErrorAt,
    retryAt,
  } = stream
  const path = { id }
  const turn = useProved(
    () => (state === 'paused' ? api.resumeAuditStream({ path, body: {} }) : api.pauseAuditStream({ path, body: {} })),
    ['streams'],
  )
  return (
    <Card title={name} note={state === 'failing' ? <Warning word="Failing" /> : stateWords[state]}>
      <Facts
        padded
        of={[
          ['To', `${endpoint}, by ${kind}`],
          ['Behind', lagOf(stream)],
          ['Delivered', `${delivered.toLocaleString('en')} events; next is entry ${nextIndex.toLocaleString('en')}`],
          ['Last', lastDeliveredAt === null ? 'nothing yet' : <Ago key="last" at={lastDeliveredAt} />],
          [
            'Trouble',
            failures === 0 || lastError === null ? null : (
              <>
                {lastError} ({failures} {failures === 1 ? 'time' : 'times'}
                {lastErrorAt === null ? '' : ', last '}
                {lastErrorAt === null ? null : <Ago at={lastErrorAt} />})
              </>
            ),
          ],
          ['Tries again', retryAt === null || state !== 'failing' ? null : <Ago key="retry" at={retryAt} />],
        ]}
      />
      {onAsk === undefined ? null : (
        <p className={styles['acts']}>
          <Button
            busy={turn.isPending}
            onClick={() => turn.mutate(undefined)}
            aria-label={`${state === 'paused' ? 'Resume' : 'Pause'} ${name}`}
          >
            {state === 'paused' ? 'Resume' : 'Pause'}
          </Button>
          <Button onClick={() => onAsk('replay')} aria-label={`Replay ${name}`}>
            Replay
          </Button>
          <Button kind="danger" onClick={() => onAsk('remove')} aria-label={`Remove ${name}`}>
            Remove
          </Button>
        </p>
      )}
      {turn.error === null ? null : <Problem error={turn.error} />}
    </Card>
  )
}

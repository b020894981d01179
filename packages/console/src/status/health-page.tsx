import { ApiProblem } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlertIcon, CircleCheckIcon, TriangleAlertIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { type Care, careOf } from './care.ts'
import { DroppedCard } from './dropped-card.tsx'
import { HealthFacts } from './health-facts.tsx'
import styles from './health.module.css'

const often = { refetchInterval: 15_000 } as const

/** How the server does its work: what needs care first, then what it says of itself. */
export function HealthPage() {
  const may = useMay()
  const readiness = useQuery({ queryKey: ['readiness'], queryFn: ({ signal }) => readReadiness(signal), ...often })
  const health = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.getHealth({ signal }),
    enabled: may('health:read'),
    ...often,
  })
  const streams = useQuery({
    queryKey: ['streams'],
    queryFn: ({ signal }) => api.listAuditStreams({ signal }),
    enabled: may('audit-stream:read'),
    ...often,
  })
  const keys = useQuery({
    queryKey: ['api-keys', 'expiring'],
    queryFn: ({ signal }) => api.listApiKeys({ query: { limit: 100, expiring: 'true' }, signal }),
    enabled: may('api-key:own'),
  })
  const questions = [readiness, health, streams, keys]
  const failed = questions.find(({ error }) => error !== null)
  const isReading = questions.some(({ isLoading }) => isLoading)
  const care = careOf({
    unready: readiness.data,
    health: health.data,
    streams: streams.data?.items,
    endingKeys: keys.data?.items,
  })
  return (
    <Page title="Health">
      <PageBody>
        {failed === undefined ? null : (
          <Problem error={failed.error} onRetry={() => questions.forEach(({ refetch }) => void refetch())} />
        )}
        {isReading ? (
          <Loading what="how the server does" />
        ) : (
          <CareList care={care} isCertain={failed === undefined} isWhole={may('health:read')} />
        )}
        {health.data === undefined ? null : <HealthFacts health={health.data} />}
        {may('telemetry:read') ? <DroppedCard /> : null}
      </PageBody>
    </Page>
  )
}

/** Why the server isn't ready, in its words; null where it is. */
async function readReadiness(signal: AbortSignal): Promise<string | null> {
  try {
    await api.getReadiness({ signal })
    return null
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    const { title, detail } = error.problem
    return [title, detail].filter((it) => typeof it === 'string').join(': ')
  }
}

interface CareListProps {
  readonly care: readonly Care[]
  readonly isCertain: boolean
  /** Whether the reader may see all that it is put together from. */
  readonly isWhole: boolean
}

function CareList({ care, isCertain, isWhole }: CareListProps) {
  return (
    <Card title="What needs care">
      {care.length === 0 ? (
        <p className={styles['well']} role="status">
          {isCertain ? (
            <>
              <CircleCheckIcon aria-hidden />
              {isWhole
                ? 'Nothing does. The server is ready, and keeps up.'
                : 'The server is ready. Of the rest, nothing that you may see does.'}
            </>
          ) : (
            'A part of it couldn’t be read, so there may be something.'
          )}
        </p>
      ) : (
        <ul className={styles['care']}>
          {care.map(({ title, what, grave, section }) => (
            <li key={`${title} ${what}`} data-grave={grave || undefined}>
              {grave ? (
                <CircleAlertIcon role="img" aria-label="grave" />
              ) : (
                <TriangleAlertIcon role="img" aria-label="soon" />
              )}
              <div>
                <b>{title}</b>
                <p className="soft">{what}</p>
              </div>
              {section === undefined ? null : (
                <Link to="/settings/$section" params={{ section }} className="link">
                  {section === 'keys' ? 'See the keys' : 'See the streams'}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { SeriesCard } from '../capture/series-card.tsx'
import { buttonClass } from '../look/button.tsx'
import { Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { ApproversCard } from './approvers-card.tsx'
import { CompareCard } from './compare-card.tsx'
import { RunHistory } from './run-history.tsx'
import { RunningCard } from './running-card.tsx'
import { standingsQuery } from './standings.ts'
import { SystemEnvelopes } from './system-envelopes.tsx'
import { SystemCardFacts } from './system-card-facts.tsx'

/** A system: how it does over time, whether what each environment runs with may run, what ran before, and what it is for. */
export function SystemPage() {
  const { name } = useParams({ from: '/in/systems/$name' })
  const search = useSearch({ from: '/in/systems/$name' })
  const navigate = useNavigate({ from: '/systems/$name' })
  const may = useMay()
  const system = useQuery({
    queryKey: ['systems', 'one', name],
    queryFn: ({ signal }) => api.getSystem({ path: { name }, signal }),
  })
  const standings = useQuery(standingsQuery(name))
  if (system.data === undefined || standings.data === undefined) {
    const failed = system.error === null ? standings : system
    return (
      <Page title={name} trail={<Link to="/systems">Systems</Link>}>
        <PageBody>
          {failed.error === null ? (
            <Loading what="the system" />
          ) : (
            <Problem error={failed.error} onRetry={() => void failed.refetch()} />
          )}
        </PageBody>
      </Page>
    )
  }
  const running = standings.data.items
  const known = [
    ...new Set(
      [...running, ...system.data.environments.map(({ name: it }) => ({ environment: it }))].map(
        (it) => it.environment,
      ),
    ),
  ]
  const environments = known.length === 0 ? ['production'] : known
  const environment =
    search.environment ?? environments.find((it) => it === 'production') ?? environments[0] ?? 'production'
  return (
    <Page
      title={name}
      trail={<Link to="/systems">Systems</Link>}
      actions={
        <Link to="/changes" search={{ view: 'all', system: name }} className={buttonClass()}>
          Its changes
        </Link>
      }
    >
      <PageBody
        side={
          <>
            <SystemCardFacts name={name} />
            {may('member:read') ? <ApproversCard system={name} environment={environment} /> : null}
            {may('policy:read') ? <SystemEnvelopes name={name} /> : null}
          </>
        }
      >
        <RunningCard system={name} items={running} />
        {may('telemetry:read') ? (
          <SeriesCard
            system={name}
            environments={[...new Set([environment, ...environments])]}
            environment={environment}
            measure={search.measure ?? 'calls'}
            span={search.span ?? '7d'}
            onChoose={(choice) =>
              void navigate({ search: { ...search, ...choice }, replace: true, resetScroll: false })
            }
          />
        ) : null}
        {environments.map((it) => (
          <RunHistory key={it} system={name} environment={it} />
        ))}
        <CompareCard key={environment} system={name} environment={environment} />
      </PageBody>
    </Page>
  )
}

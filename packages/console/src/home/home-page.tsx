import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { today } from '../api/instants.ts'
import { useMay, useMe } from '../app/me.ts'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { StandingsCard } from '../systems/standings-card.tsx'
import { FirstSteps } from '../first-run/first-steps.tsx'
import { InboxList } from './inbox-list.tsx'
import { inboxQuery } from './inbox.ts'
import { LastRecords } from './last-records.tsx'

const numbers = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]

/** How many things wait for somebody, as a title. */
export function homeTitle(count: number, name: string, isCapped: boolean): string {
  const first = name.split(' ')[0] ?? name
  if (count === 0) return `Nothing waits for you, ${first}`
  const many = numbers[count] ?? String(count)
  return count === 1
    ? `One thing waits for you, ${first}`
    : `${isCapped ? `${count} or more` : many} things wait for you, ${first}`
}

/** Home: what waits for the reader first, then whether what runs may run. */
export function HomePage() {
  const me = useMe()
  const may = useMay()
  if (!may('change:read'))
    return (
      <Page title={`Signed in to ${me.tenant.name}`}>
        <Empty title="This workspace operates the instance">
          <p>It holds people and a trail. Systems and changes are in the workspaces of customers.</p>
        </Empty>
      </Page>
    )
  return <Waiting name={me.name} />
}

function Waiting({ name }: { readonly name: string }) {
  const { data, error, isPending, refetch } = useQuery(inboxQuery)
  const title = data === undefined ? 'Home' : homeTitle(data.items.length, name, data.capped)
  return (
    <Page title={title} facts={today()}>
      <PageBody side={<StandingsCard />}>
        {isPending ? <Loading what="what waits for you" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data === undefined ? null : data.items.length === 0 ? (
          <p>
            <Link className="link" to="/changes" search={{ view: 'open' }}>
              See all open changes
            </Link>
          </p>
        ) : (
          <InboxList items={data.items} />
        )}
        <FirstSteps />
        <LastRecords />
      </PageBody>
    </Page>
  )
}

import type { SystemCard } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Card, Facts } from '../look/card.tsx'
import { Command } from '../look/command.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Ago } from '../look/time.tsx'
import { buttonClass } from '../look/button.tsx'
import { RunHistory } from './run-history.tsx'
import { StandingBadge } from './standing-badge.tsx'
import { standingsQuery } from './standings.ts'
import styles from './systems.module.css'

/** A system: whether what each environment runs with may run, what ran before, and what it is for. */
export function SystemPage() {
  const { name } = useParams({ from: '/in/systems/$name' })
  const standings = useQuery(standingsQuery(name))
  const card = useQuery({
    queryKey: ['systems', name, 'card'],
    queryFn: ({ signal }) => api.getSystemCard({ path: { name }, signal }),
  })
  const environments = [...new Set(standings.data?.items.map(({ environment }) => environment))]
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
      <PageBody side={card.data === undefined ? null : <SystemFacts card={card.data} name={name} />}>
        {standings.isPending ? <Loading what="what runs" /> : null}
        {standings.error === null ? null : <Problem error={standings.error} onRetry={() => void standings.refetch()} />}
        {standings.data === undefined ? null : (
          <Card title="What runs now">
            {standings.data.items.length === 0 ? (
              <Empty title="Nothing has been seen running">
                <p>Tell AfterAI what it runs with, by OpenTelemetry, the SDK, a pipeline, or this command.</p>
                <Command
                  text={`npx afterai observe --system ${name} --environment production --provider acme --model acme-large`}
                />
              </Empty>
            ) : (
              standings.data.items.map((item) => (
                <div key={`${item.environment} ${item.changeId}`} className={styles['stack']}>
                  <header>
                    <h3>{item.environment}</h3>
                    <StandingBadge standing={item.standing} />
                    <span className="faint">
                      since <Ago at={item.since} />
                    </span>
                  </header>
                  <p className={styles['why']}>{item.reason}.</p>
                  {item.changeId === null ? null : (
                    <p>
                      Runs by{' '}
                      <Link className="link" to="/changes/$id" params={{ id: item.changeId }}>
                        {item.changeTitle ?? 'a change'}
                      </Link>
                      {item.fingerprint === null ? null : (
                        <>
                          {' '}
                          ·{' '}
                          <Copyable
                            text={item.fingerprint}
                            shown={shortDigest(item.fingerprint)}
                            what="the fingerprint"
                          />
                        </>
                      )}
                    </p>
                  )}
                  {item.needs === null || item.changeId !== null ? null : <Command text={item.needs} />}
                </div>
              ))
            )}
          </Card>
        )}
        {environments.map((environment) => (
          <RunHistory key={environment} system={name} environment={environment} />
        ))}
      </PageBody>
    </Page>
  )
}

function SystemFacts({ card: view, name }: { readonly card: SystemCard; readonly name: string }) {
  const { card, version, ownerName, ownerIsMember, setByName } = view
  if (version === 0)
    return (
      <Card title="What it is for">
        <p className={styles['reason']}>Nobody has said: purpose, owner, role, risk class, regimes.</p>
        <div className={styles['stack']}>
          <Command text={`npx afterai system card ${name} --help`} />
        </div>
      </Card>
    )
  return (
    <Card title="What it is for" note={`version ${version}${setByName === null ? '' : `, by ${setByName}`}`}>
      <Facts
        padded
        of={[
          ['Purpose', card.purpose],
          ['Owner', ownerName === null ? null : `${ownerName}${ownerIsMember === false ? ', who has left' : ''}`],
          ['Role', card.roles.join(', ')],
          ['Risk class', card.riskClass],
          ['Regimes', card.regimes.join(', ')],
          ['Data', card.dataClass],
          ['Vendor', card.vendor],
        ]}
      />
    </Card>
  )
}

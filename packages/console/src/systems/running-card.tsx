import type { Standing } from '@afterai/client'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { useMay } from '../app/me.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Command } from '../look/command.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Empty } from '../look/empty.tsx'
import { lazily } from '../look/lazily.ts'
import { Ago } from '../look/time.tsx'
import { rulingWords, whyWords } from './ruling-words.ts'
import { StandingBadge } from './standing-badge.tsx'
import styles from './systems.module.css'

const BaselineDialog = lazily(async () => (await import('./baseline-dialog.tsx')).BaselineDialog)

/** Whether what each environment runs with may run, and why; what no change led to can be accepted here. */
export function RunningCard({ system, items }: { readonly system: string; readonly items: readonly Standing[] }) {
  return (
    <Card title="What runs now">
      {items.length === 0 ? (
        <Empty title="Nothing has been seen running">
          <p>Tell AfterAI what it runs with, by OpenTelemetry, the SDK, a pipeline, or this command.</p>
          <Command
            text={`npx afterai observe --system ${system} --environment production --provider acme --model acme-large`}
          />
        </Empty>
      ) : (
        items.map((item) => <Running key={`${item.environment} ${item.changeId}`} item={item} />)
      )}
    </Card>
  )
}

function Running({ item }: { readonly item: Standing }) {
  const may = useMay()
  const [isAccepting, setAccepting] = useState(false)
  const { fingerprint, changeId } = item
  const isBaseline = changeId === null && fingerprint !== null
  const isAcceptable = isBaseline && item.standing === 'awaiting' && may('decision:approve')
  return (
    <div className={styles['stack']}>
      <header>
        <h3>{item.environment}</h3>
        <StandingBadge standing={item.standing} />
        <span className="faint">
          since <Ago at={item.since} />
        </span>
      </header>
      <p className={styles['why']}>{whyWords(item.cause, item.reason)}</p>
      {changeId === null ? null : (
        <p>
          Runs by{' '}
          <Link className="link" to="/changes/$id" params={{ id: changeId }}>
            {item.changeTitle ?? 'a change'}
          </Link>
        </p>
      )}
      {fingerprint === null ? null : (
        <p className="faint">
          Configuration <Copyable text={fingerprint} shown={shortDigest(fingerprint)} what="the fingerprint" />
        </p>
      )}
      {isAcceptable ? (
        <p>
          <Button onClick={() => setAccepting(true)}>Accept it as the baseline</Button>
        </p>
      ) : (
        <NextOfRun item={item} mayDecide={may('decision:write')} />
      )}
      <Suspense>
        {isAccepting && fingerprint !== null ? (
          <BaselineDialog item={{ ...item, fingerprint }} onClose={() => setAccepting(false)} />
        ) : null}
      </Suspense>
    </div>
  )
}

/** What there is to do about what runs: for who may decide, the change that it runs by; else the command, where no change led to it. */
function NextOfRun({
  item: { cause, changeId, needs },
  mayDecide,
}: {
  readonly item: Standing
  readonly mayDecide: boolean
}) {
  const { act } = rulingWords[cause]
  if (needs === null || act === 'nothing') return null
  if (changeId === null || act === 'go_back')
    return <Command text={needs.startsWith('npx ') ? needs : `npx ${needs}`} />
  if (!mayDecide) return <p className="faint">It waits for somebody who decides on it.</p>
  return (
    <p>
      <Link className={buttonClass()} to="/changes/$id" params={{ id: changeId }}>
        {act === 'decide_again' ? 'Decide again' : 'Decide on it'}
      </Link>
    </p>
  )
}

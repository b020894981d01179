import type { Envelope } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { date } from '../api/instants.ts'
import { useMay, useMe } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { lazily } from '../look/lazily.ts'
import { Problem } from '../look/problem.tsx'
import { clauseWords, envelopeStates } from './envelope-words.ts'
import { envelopesQuery } from './policies.ts'
import styles from './policy.module.css'

const ProposeEnvelopeDialog = lazily(async () => (await import('./propose-envelope-dialog.tsx')).ProposeEnvelopeDialog)
const SettleEnvelopeDialog = lazily(async () => (await import('./settle-envelope-dialog.tsx')).SettleEnvelopeDialog)

interface Settling {
  readonly envelope: Envelope
  readonly what: 'approve' | 'revoke'
}

/** Which standard changes need no decision of their own: what waits, what is in force, what is over. */
export function EnvelopesCard() {
  const may = useMay()
  const [isProposing, setProposing] = useState(false)
  const [settling, setSettling] = useState<Settling>()
  const { data, error, isPending, refetch } = useQuery(envelopesQuery)
  const alive = data?.items.filter(({ state }) => state === 'proposed' || state === 'in_force') ?? []
  const over = data?.items.filter(({ state }) => state === 'expired' || state === 'revoked') ?? []
  return (
    <Card title="Standard changes" note="envelopes: what lies within needs no decision of its own">
      {isPending ? <Loading what="the envelopes" /> : null}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && alive.length === 0 ? (
        <Empty title="No envelope is in force">
          <p>Every change is decided by the rules above.</p>
        </Empty>
      ) : null}
      {alive.map((envelope) => (
        <EnvelopeItem key={envelope.id} envelope={envelope} settle={(what) => setSettling({ envelope, what })} />
      ))}
      {over.length === 0 ? null : (
        <details className={styles['over']}>
          <summary>{over.length === 1 ? 'One that is over' : `${over.length} that are over`}</summary>
          {over.map((envelope) => (
            <EnvelopeItem key={envelope.id} envelope={envelope} />
          ))}
        </details>
      )}
      {may('decision:write') ? (
        <p className={styles['acts']}>
          <Button onClick={() => setProposing(true)}>Propose an envelope</Button>
        </p>
      ) : null}
      <Suspense>
        {isProposing ? <ProposeEnvelopeDialog onClose={() => setProposing(false)} /> : null}
        {settling === undefined ? null : <SettleEnvelopeDialog {...settling} onClose={() => setSettling(undefined)} />}
      </Suspense>
    </Card>
  )
}

interface ItemProps {
  readonly envelope: Envelope
  readonly settle?: (what: Settling['what']) => void
}

function EnvelopeItem({ envelope, settle }: ItemProps) {
  const may = useMay()
  const me = useMe()
  const { title, state, proposedBy } = envelope
  const isMine = proposedBy === me.accountId
  return (
    <section className={styles['policy']} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <span className={`${styles['state']} ${styles[state]}`}>{envelopeStates[state]}</span>
      </header>
      <EnvelopeTerms envelope={envelope} />
      {settle === undefined || !may('decision:approve') ? null : (
        <p className={styles['links']}>
          {state === 'proposed' && !isMine ? (
            <Button kind="primary" onClick={() => settle('approve')} aria-label={`Approve ${title}`}>
              Approve
            </Button>
          ) : null}
          <Button onClick={() => settle('revoke')} aria-label={`Revoke ${title}`}>
            Revoke
          </Button>
          {state === 'proposed' && isMine ? (
            <span className="faint">You proposed it: somebody else approves it.</span>
          ) : null}
        </p>
      )}
    </section>
  )
}

/** What lies within an envelope, where, until when, and who agreed to it. */
export function EnvelopeTerms({ envelope }: { readonly envelope: Envelope }) {
  const { system, terms, proposedByName, proposedAt, approvedByName, approvedAt, revokedAt } = envelope
  return (
    <Facts
      of={[
        [
          'May differ',
          <ul key="clauses">
            {terms.clauses.map((clause) => (
              <li key={JSON.stringify(clause)}>{clauseWords(clause)}</li>
            ))}
          </ul>,
        ],
        ['Where', `${terms.environments.join(', ')}${system === null ? ', of every system' : `, of ${system}`}`],
        ['Evidence', terms.evidence === 'none' ? 'none is needed' : 'an assessment that finds no loss'],
        ['Until', date(terms.until)],
        ['Proposed', `by ${proposedByName ?? 'a removed account'}, ${date(proposedAt)}`],
        ['Approved', approvedAt === null ? null : `by ${approvedByName ?? 'a removed account'}, ${date(approvedAt)}`],
        ['Revoked', revokedAt === null ? null : date(revokedAt)],
      ]}
    />
  )
}

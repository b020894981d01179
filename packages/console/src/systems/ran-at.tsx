import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { exact, instantOf, zoneName } from '../api/instants.ts'
import { Button } from '../look/button.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Loading } from '../look/empty.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { StandingBadge } from './standing-badge.tsx'
import styles from './systems.module.css'

type Run = Operations['getHistory']['answer']['items'][number]

/** What ran at an instant, as it was known then, and whether it might. */
export function RanAt({ system, environment }: { readonly system: string; readonly environment: string }) {
  const [at, setAt] = useState<string>()
  const [fault, setFault] = useState<string>()
  const { data, error, isFetching } = useQuery({
    queryKey: ['standings', system, environment, 'at', at],
    queryFn: ({ signal }) =>
      api.getHistory({ path: { name: system }, query: { environment, at: at ?? '', limit: 1 }, signal }),
    enabled: at !== undefined,
  })
  function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const local = typed(new FormData(event.currentTarget), 'at')
    if (local === '') return
    const instant = instantOf(local)
    const isToCome = Date.parse(instant) > Date.now()
    setFault(isToCome ? 'That is still to come: nothing ran then.' : undefined)
    if (!isToCome) setAt(instant)
  }
  return (
    <div className={styles['ranAt']}>
      <form onSubmit={ask}>
        <Field
          label={`What ran in ${environment} at`}
          hint={`In the zone ${zoneName()}.`}
          name="at"
          type="datetime-local"
          error={fault}
          step={1}
          required
        />
        <Button type="submit">Look up</Button>
      </form>
      <div aria-live="polite">
        {error === null ? null : <Problem error={error} />}
        {at === undefined || error !== null ? null : isFetching ? (
          <Loading what="what ran" />
        ) : (
          <Answer at={at} run={data?.items[0]} />
        )}
      </div>
    </div>
  )
}

function Answer({ at, run }: { readonly at: string; readonly run: Run | undefined }) {
  if (run === undefined) return <p>On {exact(at)} nothing was known to run.</p>
  return (
    <p className={styles['answer']}>
      <span>On {exact(at)} it ran with</span>
      <Copyable text={run.fingerprint} shown={shortDigest(run.fingerprint)} what="the fingerprint" />
      {run.changeId === null ? (
        <span>, by no change</span>
      ) : (
        <span>
          {' '}
          by{' '}
          <Link className="link" to="/changes/$id" params={{ id: run.changeId }}>
            {run.changeTitle ?? 'a change'}
          </Link>
        </span>
      )}
      <StandingBadge standing={run.standing} />
    </p>
  )
}

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Command } from '../look/command.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Field } from '../look/field.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './evaluations.module.css'

/** All evaluations that were brought in: of which system, when, by whom, and what they measured. */
export function EvaluationsPage() {
  const { system } = useSearch({ from: '/in/evaluations' })
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['evaluations', 'rows', system],
    queryFn: ({ pageParam, signal }) =>
      api.listEvaluations({
        query: {
          limit: 50,
          ...(system === undefined ? {} : { system }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const evaluations = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Page title="Evaluations">
      <PageBody>
        <SystemSearch key={system ?? ''} system={system ?? ''} />
        {isPending ? <Loading what="the evaluations" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data !== undefined && evaluations.length === 0 ? (
          system === undefined ? (
            <Empty title="No evaluation has been brought in yet">
              <p>Open a change and choose “Assess”, or bring in a file of results with this command.</p>
              <Command text="npx afterai import results.json --system support-bot" />
            </Empty>
          ) : (
            <Empty title={`Nothing was brought in for a system of the name ${system}`} />
          )
        ) : null}
        {evaluations.length === 0 ? null : (
          <Card>
            <Table
              caption="Evaluations, newest first"
              rows={evaluations}
              keyOf={({ id }) => id}
              columns={[
                {
                  name: 'Evaluation',
                  cell: ({ id, label, format }) => (
                    <>
                      <Link to="/evaluations/$id" params={{ id }}>
                        {label ?? format}
                      </Link>
                      <span className={styles['under']}>{format}</span>
                    </>
                  ),
                },
                { name: 'System', wideOnly: true, cell: (it) => it.system ?? <span className="faint">none</span> },
                {
                  name: 'Measured',
                  wideOnly: true,
                  cell: ({ metrics }) =>
                    `${metrics
                      .slice(0, 3)
                      .map(({ name }) => name.replaceAll('_', ' '))
                      .join(', ')}${metrics.length > 3 ? ` and ${metrics.length - 3} more` : ''}`,
                },
                { name: 'Cases', isNumber: true, cell: ({ cases }) => cases.toLocaleString('en') },
                {
                  name: 'Brought in',
                  cell: ({ createdAt, importedByName }) => (
                    <>
                      <Ago at={createdAt} />
                      <span className={styles['under']}>{importedByName ?? 'a removed account'}</span>
                    </>
                  ),
                },
              ]}
            />
          </Card>
        )}
        {hasNextPage ? (
          <p className={styles['more']}>
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              More evaluations
            </Button>
          </p>
        ) : null}
      </PageBody>
    </Page>
  )
}

/** Finds the evaluations of a system by its name; the address is the only state. */
function SystemSearch({ system }: { readonly system: string }) {
  const navigate = useNavigate()
  const id = useId()
  const [typed, setTyped] = useState(system)
  const { data } = useQuery({
    queryKey: ['systems', 'like', typed],
    queryFn: ({ signal }) => api.listSystemRows({ query: { q: typed, limit: 10 }, signal }),
    enabled: typed.trim().length > 1,
  })
  function find(event: FormEvent) {
    event.preventDefault()
    const name = typed.trim()
    void navigate({ to: '/evaluations', search: name === '' ? {} : { system: name }, replace: true })
  }
  return (
    <form className={styles['search']} role="search" aria-label="Evaluations of a system" onSubmit={find}>
      <Field
        label="System"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        list={id}
        spellCheck={false}
        autoComplete="off"
      />
      <datalist id={id}>
        {(data?.items ?? []).map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <Button type="submit">Find</Button>
      {system === '' ? null : (
        <Button kind="bare" onClick={() => void navigate({ to: '/evaluations', search: {}, replace: true })}>
          Clear
        </Button>
      )}
    </form>
  )
}

import type { Operations } from '@afterai/client'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Copyable } from '../look/copyable.tsx'
import { toCsv } from '../look/csv.ts'
import { Dialog } from '../look/dialog.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { saveFile } from '../look/save-file.ts'
import styles from './cases.module.css'
import { type Metric, metricName } from './metric-words.ts'

type Case = Operations['listAssessmentCases']['answer']['items'][number]

interface CasesDialogProps {
  readonly assessmentId: string
  readonly metric: Metric
  readonly onClose: () => void
}

/** The cases of a row that got worse or better, by their ids: for whoever looks them up where their texts are. */
export function CasesDialog({ assessmentId, metric, onClose }: CasesDialogProps) {
  const [isWorse, setWorse] = useState(true)
  const change = isWorse === (metric.direction !== 'down') ? 'lost' : 'gained'
  const ask = (cursor: string | null, limit: number, signal?: AbortSignal) =>
    api.listAssessmentCases({
      path: { id: assessmentId },
      query: {
        metric: metric.metric,
        change,
        limit,
        ...(metric.slice === null ? {} : { slice: metric.slice }),
        ...(cursor === null ? {} : { cursor }),
      },
      ...(signal === undefined ? {} : { signal }),
    })
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['assessment-cases', assessmentId, metric.metric, metric.slice, change],
    queryFn: ({ pageParam, signal }) => ask(pageParam, 50, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
  })
  const all = useMutation({
    mutationFn: async () => {
      const rows: Case[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: Operations['listAssessmentCases']['answer'] = await ask(cursor ?? null, 5_000)
        rows.push(...page.items)
        cursor = page.nextCursor
      }
      return rows
    },
    onSuccess: (rows) => saveFile(`${metric.metric}-${isWorse ? 'worse' : 'better'}.csv`, csvOf(rows), 'text/csv'),
  })
  const cases = data?.pages.flatMap(({ items }) => items) ?? []
  const total = data?.pages[0]?.total
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Cases of ${metricName(metric)}${metric.slice === null ? '' : `, ${metric.slice}`}`}
      footer={
        <>
          <Button busy={all.isPending} disabled={total === undefined || total === 0} onClick={() => all.mutate()}>
            Save as CSV
          </Button>
          <Button kind="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <div className={styles['sides']} role="group" aria-label="Which cases">
        {[true, false].map((side) => (
          <button key={String(side)} type="button" aria-pressed={isWorse === side} onClick={() => setWorse(side)}>
            {side ? 'Got worse' : 'Got better'}
          </button>
        ))}
        <span role="status">
          {total === undefined ? '' : `${total.toLocaleString('en')} ${total === 1 ? 'case' : 'cases'}`}
        </span>
      </div>
      {isPending ? <Loading what="the cases" /> : null}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {all.error === null ? null : <Problem error={all.error} />}
      {total === 0 ? <p className="soft">None did.</p> : null}
      {cases.length === 0 ? null : (
        <table className={styles['cases']}>
          <caption className="unseen">Cases with their values before and after</caption>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {cases.map(({ caseId, slice, baseline, candidate }) => (
              <tr key={caseId}>
                <th scope="row">
                  <Copyable text={caseId} shown={shortId(caseId)} what={`the id ${caseId}`} />
                  {slice === null || metric.slice !== null ? null : <small>{slice}</small>}
                </th>
                <td>{valueWords(metric, baseline)}</td>
                <td>{valueWords(metric, candidate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage ? (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          More cases
        </Button>
      ) : null}
    </Dialog>
  )
}

/** A long id by its two ends. */
function shortId(id: string): string {
  return id.length <= 28 ? id : `${id.slice(0, 16)}…${id.slice(-6)}`
}

function csvOf(rows: readonly Case[]): string {
  return toCsv([
    ['case', 'slice', 'before', 'after'],
    ...rows.map(({ caseId, slice, baseline, candidate }) => [caseId, slice, baseline, candidate]),
  ])
}

function valueWords({ kind }: Metric, value: number): string {
  if ((kind === 'binary' || kind === 'safety') && (value === 0 || value === 1)) return value === 1 ? 'yes' : 'no'
  return Number(value.toPrecision(4)).toLocaleString('en')
}

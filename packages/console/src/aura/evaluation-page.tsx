import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Verdict } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago, Exactly } from '../look/time.tsx'
import type { ImportedRun } from './evaluations.ts'
import styles from './evaluations.module.css'
import { powerQuery } from './power.ts'

/** One evaluation: what was measured, how its file was read, what was left behind, and in which assessments it served. */
export function EvaluationPage() {
  const { id } = useParams({ from: '/in/evaluations/$id' })
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['evaluations', 'one', id],
    queryFn: ({ signal }) => api.getEvaluation({ path: { id }, signal }),
  })
  const may = useMay()
  return (
    <Page title={data?.label ?? data?.format ?? 'Evaluation'} trail={<Link to="/evaluations">Evaluations</Link>}>
      <PageBody side={data === undefined ? null : <Origin run={data} />}>
        {isPending ? <Loading what="the evaluation" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data === undefined ? null : (
          <>
            <Measured run={data} />
            {may('assessment:read') ? <Uses id={id} /> : null}
            <LeftBehind run={data} />
          </>
        )}
      </PageBody>
    </Page>
  )
}

function Measured({ run }: { readonly run: ImportedRun }) {
  const { data } = useQuery(powerQuery(run.id, undefined))
  const readingOf = (name: string) => run.table?.metrics.find(({ metric }) => metric === name)
  return (
    <Card title="What was measured" note={`${run.cases.toLocaleString('en')} rows`}>
      <Table
        caption="Metrics"
        rows={run.metrics}
        keyOf={({ name }) => name}
        columns={[
          { name: 'Metric', cell: ({ name }) => name.replaceAll('_', ' ') },
          { name: 'Kind', wideOnly: true, cell: ({ kind }) => kind },
          {
            name: 'Better is',
            cell: ({ direction }) => (direction === null ? 'nobody said' : direction === 'up' ? 'higher' : 'lower'),
          },
          {
            name: 'Column',
            wideOnly: true,
            cell: ({ name }) => readingOf(name)?.column ?? <span className="faint">the format’s own</span>,
          },
          {
            name: 'Cases',
            isNumber: true,
            cell: ({ name }) => {
              const cases = data?.metrics.find(({ metric }) => metric === name)?.cases
              return cases === undefined ? '…' : cases.toLocaleString('en')
            },
          },
        ]}
      />
    </Card>
  )
}

function Uses({ id }: { readonly id: string }) {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['evaluations', 'uses', id],
    queryFn: ({ pageParam, signal }) =>
      api.listEvaluationUses({
        path: { id },
        query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const uses = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Card title="Where it served">
      {isPending ? <Loading what="its assessments" /> : null}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && uses.length === 0 ? <Empty title="No assessment was made of it" /> : null}
      {uses.length === 0 ? null : (
        <Table
          caption="Assessments in which it served"
          rows={uses}
          keyOf={({ assessmentId }) => assessmentId}
          columns={[
            {
              name: 'Change',
              cell: ({ changeId, changeTitle }) => (
                <Link to="/changes/$id" params={{ id: changeId }} hash="assessment">
                  {changeTitle}
                </Link>
              ),
            },
            { name: 'As', cell: ({ role }) => (role === 'baseline' ? 'before' : 'after') },
            { name: 'Verdict', cell: ({ verdict }) => <Verdict verdict={verdict} /> },
            { name: 'Assessed', wideOnly: true, isNumber: true, cell: ({ createdAt }) => <Ago at={createdAt} /> },
          ]}
        />
      )}
      {hasNextPage ? (
        <p className={styles['notes']}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            More assessments
          </Button>
        </p>
      ) : null}
    </Card>
  )
}

function LeftBehind({ run: { dropped, digestedIdentifiers, notes } }: { readonly run: ImportedRun }) {
  return (
    <Card title="What was left behind">
      {dropped.length === 0 ? (
        <p className={styles['notes']}>Nothing: every field of its file was read.</p>
      ) : (
        <Table
          caption="Fields that were not kept"
          rows={dropped}
          keyOf={({ field }) => field}
          columns={[
            { name: 'Field', cell: ({ field }) => field },
            { name: 'Values', isNumber: true, cell: ({ count }) => count.toLocaleString('en') },
          ]}
        />
      )}
      {digestedIdentifiers === 0 && notes.length === 0 ? null : (
        <div className={styles['notes']}>
          {digestedIdentifiers === 0 ? null : (
            <p>{digestedIdentifiers.toLocaleString('en')} names could have been content, and are kept as digests.</p>
          )}
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
    </Card>
  )
}

function Origin({ run }: { readonly run: ImportedRun }) {
  return (
    <Facts
      of={[
        [
          'System',
          run.system === null ? (
            'none'
          ) : (
            <Link key="system" className="link" to="/systems/$name" params={{ name: run.system }}>
              {run.system}
            </Link>
          ),
        ],
        ['Format', run.format],
        ['Part read', run.selection],
        ['Slice', run.table?.slice ?? null],
        ['Case by', run.table?.caseId.join(', ')],
        ['Repeats', run.repeats === null || run.repeats === 0 ? null : run.repeats.toLocaleString('en')],
        ['No answer', run.errors === 0 ? null : run.errors.toLocaleString('en')],
        ['Brought in', <Exactly key="at" at={run.createdAt} />],
        ['By', run.importedByName ?? 'a removed account'],
        ['Run', run.ranAt === null ? null : <Exactly key="ran" at={run.ranAt} />],
        ['Size', `${run.sizeBytes.toLocaleString('en')} bytes`],
        [
          'File',
          <Copyable
            key="digest"
            text={run.sourceDigest}
            shown={shortDigest(run.sourceDigest)}
            what="the digest of its file"
          />,
        ],
      ]}
    />
  )
}

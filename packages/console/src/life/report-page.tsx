import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { ReportView } from '../report/report-view.tsx'
import { SaveButtons } from '../report/save-buttons.tsx'
import { changeReport } from './change-report.ts'
import { dossierQuery } from './dossier.ts'

/** A change, what was measured of it and what was decided, as a document to print or to take along. */
export function ReportPage() {
  const { id } = useParams({ from: '/in/changes/$id/report' })
  const { data, dataUpdatedAt, error, isPending, refetch } = useQuery(dossierQuery(id))
  const report = useMemo(
    () =>
      data === undefined
        ? undefined
        : changeReport(data, {
            at: new Date(dataUpdatedAt).toISOString(),
            address: new URL(`/changes/${id}`, location.origin).href,
          }),
    [data, dataUpdatedAt, id],
  )
  return (
    <Page
      title={report?.title ?? 'Report'}
      trail={
        <Link to="/changes/$id" params={{ id }}>
          The change
        </Link>
      }
      actions={report === undefined ? null : <SaveButtons report={report} name={`change-${id}`} />}
    >
      <PageBody>
        {isPending ? <Loading what="the change" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {report === undefined ? null : <ReportView report={report} />}
      </PageBody>
    </Page>
  )
}

import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { DownloadIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { VerifyRecord } from '../ledger/verify-record.tsx'
import { Button } from '../look/button.tsx'
import { Facts } from '../look/card.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Exactly } from '../look/time.tsx'
import { saveFile } from '../look/save-file.ts'
import { RecordDocument } from './record-document.tsx'
import { recordReport } from './record-report.ts'
import { recordTitle } from './record-words.ts'
import { SaveButtons } from '../report/save-buttons.tsx'
import type { RecordContent } from './records.ts'
import styles from './records.module.css'

/** A record as a document, and its proof beside it. */
export function RecordPage() {
  const { id } = useParams({ from: '/in/records/$id' })
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['records', id, 'document'],
    queryFn: ({ signal }) => api.getRecordDocument({ path: { id }, signal }),
  })
  if (data === undefined)
    return (
      <Page title="Record" trail={<Link to="/records">Records</Link>}>
        <PageBody>
          {isPending ? <Loading what="the record" /> : null}
          {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        </PageBody>
      </Page>
    )
  return (
    <Page
      title={recordTitle({ decisionDetail: data.decisionDetail, system: data.change.system })}
      trail={<Link to="/records">Records</Link>}
      facts={
        <span>
          {data.entryIndex === null
            ? 'On its way into the log'
            : `Entry ${data.entryIndex.toLocaleString('en')} of the log`}{' '}
          · sealed on <Exactly at={data.sealedAt} />
        </span>
      }
      actions={<Actions record={data} />}
    >
      <PageBody
        side={
          <div className={styles['side']}>
            <VerifyRecord id={id} />
            <Facts
              of={[
                ['State', data.state === 'integrated' ? 'in the log' : 'on its way into the log'],
                [
                  'Change',
                  <Link key="change" className="link" to="/changes/$id" params={{ id: data.change.id }}>
                    {data.change.title}
                  </Link>,
                ],
                ['Supersedes', data.supersedes === null ? 'nothing' : <RecordLink id={data.supersedes} />],
                ['Superseded by', data.supersededBy === null ? null : <RecordLink id={data.supersededBy} />],
                [
                  'Evidence',
                  <Copyable
                    key="digest"
                    text={data.evidenceDigest}
                    shown={shortDigest(data.evidenceDigest)}
                    what="the digest of the evidence"
                  />,
                ],
              ]}
            />
          </div>
        }
      >
        <RecordDocument record={data} />
      </PageBody>
    </Page>
  )
}

function RecordLink({ id }: { readonly id: string }) {
  return (
    <Link className="link" to="/records/$id" params={{ id }}>
      another record
    </Link>
  )
}

function Actions({ record }: { readonly record: RecordContent }) {
  const { id } = record
  const report = recordReport(record)
  useLetterKeys((key) => (key === 'p' ? print() : undefined))
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.exportRecord({ path: { id } }),
    onSuccess: (bundle) => saveFile(`record-${id}.json`, bundle),
  })
  return (
    <>
      <SaveButtons report={report} name={`record-${id}`} />
      <Button busy={isPending} onClick={() => mutate()}>
        <DownloadIcon aria-hidden />
        Bundle
      </Button>
      {error === null ? null : <Problem error={error} />}
    </>
  )
}

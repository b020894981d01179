import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { withProof } from '../identity/step-up.tsx'
import { useMay } from '../app/me.ts'
import { dossierQuery } from '../life/dossier.ts'
import { Button } from '../look/button.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { forgetTyped, useTypedForm } from '../look/typed.ts'
import styles from './assess.module.css'
import type { ImportedRun, Reading } from './evaluations.ts'
import type { ChosenFile } from './file-reading.tsx'
import { MarginTable } from './margin-table.tsx'
import { choicesFor, marginOf, type MetricChoice, toPlan, unpaired } from './margins.ts'
import { RunPicker } from './run-picker.tsx'
import { SampleFiles } from './sample-files.tsx'

/** Measuring what a change does: two files, the margins before their results are seen, then the verdict. */
export function AssessPage() {
  const { id } = useParams({ from: '/in/changes/$id/assess' })
  const { data, error, refetch } = useQuery(dossierQuery(id))
  const may = useMay()
  return (
    <Page
      title="Assess the change"
      trail={
        <Link to="/changes/$id" params={{ id }}>
          {data?.change.title ?? 'Change'}
        </Link>
      }
    >
      <PageBody>
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data === undefined ? (
          error === null ? (
            <Loading what="the change" />
          ) : null
        ) : !may('evaluation:write') || !may('assessment:write') ? (
          <Empty title="Your role doesn’t assess changes" />
        ) : data.change.status === 'dismissed' ? (
          <Empty title="The change was dismissed, so there is nothing to assess" />
        ) : (
          <Assess id={id} system={data.change.system} />
        )}
      </PageBody>
    </Page>
  )
}

type Side = 'before' | 'after'

function Assess({ id, system }: { readonly id: string; readonly system: string }) {
  const [before, setBefore] = useState<ImportedRun>()
  const [after, setAfter] = useState<ImportedRun>()
  const [files, setFiles] = useState<Readonly<Partial<Record<Side, ChosenFile>>>>({})
  const [sliceBy, setSliceBy] = useState<string>()
  const [said, setSaid] = useState<readonly MetricChoice[]>([])
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useTypedForm()
  const offered = before === undefined || after === undefined ? [] : choicesFor(before, after)
  const choices = offered.map((choice) => said.find(({ name }) => name === choice.name) ?? choice)
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (before === undefined || after === undefined) throw new Error('two files are needed')
      const plan = toPlan(choices)
      return withProof(() =>
        api.assessChange({
          path: { id },
          body: {
            baselineEvaluationId: before.id,
            candidateEvaluationId: after.id,
            ...(plan === undefined ? {} : { plan }),
          },
          timeoutMs: 600_000,
        }),
      )
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', id] })
      tell('Assessed', 'The change says now what it does.')
      forgetTyped()
      void navigate({ to: '/changes/$id', params: { id }, hash: 'assessment' })
    },
  })
  function pick(side: Side, run: ImportedRun | undefined, reading?: Reading) {
    if (side === 'before') setBefore(run)
    else setAfter(run)
    setSliceBy(reading?.sliceVariable ?? sliceBy)
    setFiles((now) => ({ ...now, [side]: undefined }))
  }
  /** The first file is for the side on which it was dropped, a second for the other. */
  function choose(side: Side, [first, second]: readonly File[]) {
    const other = side === 'before' ? 'after' : 'before'
    setFiles((now) => ({
      ...now,
      [side]: first === undefined ? undefined : { key: crypto.randomUUID(), file: first },
      ...(second === undefined ? {} : { [other]: { key: crypto.randomUUID(), file: second } }),
    }))
  }
  const lonely = before === undefined || after === undefined ? [] : unpaired(before, after)
  const isSame = before !== undefined && before.id === after?.id
  const hasFault = choices.some((choice) => Number.isNaN(marginOf(choice)))
  return (
    <div className={styles['assess']} {...form.watch}>
      <div className={styles['sides']}>
        {(['before', 'after'] as const).map((side) => (
          <RunPicker
            key={side}
            title={side === 'before' ? 'Before the change' : 'After the change'}
            system={system}
            run={side === 'before' ? before : after}
            pick={(run, reading) => pick(side, run, reading)}
            sliceBy={sliceBy}
            chosen={files[side]}
            choose={(chosen) => choose(side, chosen)}
            onBoth={(one, other) => {
              setBefore(one)
              setAfter(other)
              setFiles({})
            }}
          />
        ))}
      </div>
      {before === undefined && after === undefined && Object.values(files).every((file) => file === undefined) ? (
        <SampleFiles use={(both) => choose('before', both)} />
      ) : null}
      {isSame ? <p role="alert">Both sides are the same evaluation: choose another for one of them.</p> : null}
      {choices.length === 0 || before === undefined ? null : (
        <MarginTable baselineId={before.id} choices={choices} set={setSaid} />
      )}
      {lonely.length === 0 ? null : (
        <p className="soft">
          Only one of the files has: {lonely.join(', ')}. What only one side has can’t be compared.
        </p>
      )}
      {before !== undefined && after !== undefined && choices.length === 0 ? (
        <p role="alert">The files have no metric in common, so there is nothing to compare.</p>
      ) : null}
      {error === null ? null : <Problem error={error} />}
      <p>
        <Button
          kind="primary"
          size="large"
          busy={isPending}
          disabled={choices.length === 0 || isSame || hasFault}
          onClick={() => mutate()}
        >
          {isPending ? 'Comparing…' : 'Compare them'}
        </Button>
      </p>
    </div>
  )
}

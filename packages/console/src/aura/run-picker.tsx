import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FileUpIcon } from 'lucide-react'
import { type DragEvent, useId, useState } from 'react'
import { api } from '../api/client.ts'
import { relative } from '../api/instants.ts'
import { Button } from '../look/button.tsx'
import { Field, Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { evaluationsQuery, type ImportedRun, mediaTypeOf } from './evaluations.ts'
import styles from './assess.module.css'

interface PickerProps {
  readonly title: string
  readonly system: string
  readonly run: ImportedRun | undefined
  readonly pick: (run: ImportedRun | undefined) => void
}

/** One side of a comparison: a file that is dropped or chosen, or an evaluation that was brought before. */
export function RunPicker({ title, system, run, pick }: PickerProps) {
  const client = useQueryClient()
  const id = useId()
  const [isOver, setOver] = useState(false)
  const [slice, setSlice] = useState('')
  const earlier = useQuery(evaluationsQuery(system))
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: (file: File) =>
      api.importEvaluation({
        query: {
          system,
          label: file.name.slice(0, 200),
          ...(slice.trim() === '' ? {} : { sliceVariable: slice.trim() }),
        },
        body: file,
        contentType: mediaTypeOf(file.name),
        timeoutMs: 600_000,
      }),
    onSuccess: (imported) => {
      void client.invalidateQueries({ queryKey: ['evaluations', system] })
      pick(imported)
    },
  })
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined) mutate(file)
  }
  if (run !== undefined) return <Picked title={title} run={run} again={() => pick(undefined)} />
  return (
    <section className={styles['side']} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {/* The label is its field's ground: dropping on it is what choosing by its field is, which keyboards and readers have. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <label
        className={`${styles['drop']} ${isOver ? styles['over'] : ''}`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileUpIcon aria-hidden />
        {isPending ? (
          <b role="status">Reading {variables?.name}…</b>
        ) : (
          <>
            <b>Drop a file of results, or choose one</b>
            <span>
              promptfoo, Inspect, CSV, JSON lines, JUnit and more. Its texts are read for nothing and not kept.
            </span>
          </>
        )}
        <input
          type="file"
          className="unseen"
          aria-label={`${title}: a file of results`}
          disabled={isPending}
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file !== undefined) mutate(file)
            target.value = ''
          }}
        />
      </label>
      <Field
        label="Slice by"
        hint="A variable or column whose values are compared apart, such as topic. Of promptfoo’s files and the like."
        value={slice}
        onChange={(event) => setSlice(event.target.value)}
        spellCheck={false}
      />
      {error === null ? null : <Problem error={error} />}
      {earlier.data === undefined || earlier.data.items.length === 0 ? null : (
        <Select
          label="Or one that was brought before"
          value=""
          options={[
            { value: '', label: 'Choose' },
            ...earlier.data.items.map((it) => ({
              value: it.id,
              label: `${it.label ?? it.format}, ${it.cases.toLocaleString('en')} cases, ${relative(it.createdAt)}`,
            })),
          ]}
          onChange={(value) => pick(earlier.data.items.find((it) => it.id === value))}
        />
      )}
    </section>
  )
}

function Picked({
  title,
  run,
  again,
}: {
  readonly title: string
  readonly run: ImportedRun
  readonly again: () => void
}) {
  const id = useId()
  const dropped = run.dropped.reduce((sum, { count }) => sum + count, 0)
  return (
    <section className={styles['side']} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={styles['picked']}>
        <b>{run.label ?? run.format}</b>
        <p>
          {run.cases.toLocaleString('en')} cases, {run.metrics.length} {run.metrics.length === 1 ? 'metric' : 'metrics'}
          {run.errors === 0 ? '' : `, ${run.errors.toLocaleString('en')} with errors`}
          {dropped === 0 ? '' : `; ${dropped.toLocaleString('en')} values of text were not kept`}.
        </p>
        {run.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
        <Button onClick={again}>Choose another</Button>
      </div>
    </section>
  )
}

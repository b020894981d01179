import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { relative } from '../api/instants.ts'
import { Button } from '../look/button.tsx'
import { Select } from '../look/field.tsx'
import styles from './assess.module.css'
import { DropZone } from './drop-zone.tsx'
import { evaluationsQuery, type ImportedRun, type Reading } from './evaluations.ts'
import { type ChosenFile, FileReading } from './file-reading.tsx'

interface PickerProps {
  readonly title: string
  readonly system: string
  readonly run: ImportedRun | undefined
  readonly pick: (run: ImportedRun | undefined, reading?: Reading) => void
  readonly chosen: ChosenFile | undefined
  readonly sliceBy: string | undefined
  /** Files that were dropped here; none lets go of the one that there is. */
  readonly choose: (files: readonly File[]) => void
  readonly onBoth: (before: ImportedRun, after: ImportedRun) => void
}

/** One side of a comparison: a file that is dropped or chosen, or an evaluation that was brought before. */
export function RunPicker({ title, system, run, pick, chosen, sliceBy, choose, onBoth }: PickerProps) {
  const id = useId()
  return (
    <section className={styles['side']} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {run !== undefined ? (
        <Picked run={run} again={() => pick(undefined)} />
      ) : chosen !== undefined ? (
        <FileReading
          key={chosen.key}
          chosen={chosen}
          system={system}
          sliceBy={sliceBy}
          onImported={pick}
          onBoth={onBoth}
          onLeave={() => choose([])}
        />
      ) : (
        <>
          <DropZone label={`${title}: a file of results`} onFiles={choose} />
          <Earlier system={system} pick={pick} />
        </>
      )}
    </section>
  )
}

function Earlier({ system, pick }: Pick<PickerProps, 'system' | 'pick'>) {
  const { data } = useQuery(evaluationsQuery(system))
  if (data === undefined || data.items.length === 0) return null
  return (
    <Select
      label="Or one that was brought before"
      value=""
      options={[
        { value: '', label: 'Choose' },
        ...data.items.map((it) => ({
          value: it.id,
          label: `${it.label ?? it.format}, ${it.cases.toLocaleString('en')} cases, ${relative(it.createdAt)}`,
        })),
      ]}
      onChange={(value) => pick(data.items.find((it) => it.id === value))}
    />
  )
}

function Picked({ run, again }: { readonly run: ImportedRun; readonly again: () => void }) {
  const dropped = run.dropped.reduce((sum, { count }) => sum + count, 0)
  return (
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
  )
}

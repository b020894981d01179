import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiWithProgress } from '../api/upload.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import { BothSidesForm } from './both-sides-form.tsx'
import { bothSidesOf, mappingOf, type SaidRoles } from './column-choices.ts'
import { HowToRead } from './how-to-read.tsx'
import { type ImportedRun, mediaTypeOf, type Reading } from './evaluations.ts'
import { FaultList } from './fault-list.tsx'
import { isAboutSides } from './fault-words.ts'
import { readHead } from './file-head.ts'
import { SeenFacts } from './seen-facts.tsx'
import styles from './assess.module.css'

/** A file that somebody chose, apart from others of the same name. */
export interface ChosenFile {
  readonly key: string
  readonly file: File
}

interface FileReadingProps {
  readonly chosen: ChosenFile
  readonly system: string
  /** What was said of the other side's file. */
  readonly sliceBy: string | undefined
  readonly onImported: (run: ImportedRun, reading: Reading) => void
  readonly onBoth: (before: ImportedRun, after: ImportedRun) => void
  readonly onLeave: () => void
}

const longMs = 600_000

/** A file before it is brought in: what it would be taken for, what is wrong with it, and what there is to say of how to read it. */
export function FileReading({ chosen: { key, file }, system, sliceBy, onImported, onBoth, onLeave }: FileReadingProps) {
  const client = useQueryClient()
  const [said, say] = useState<SaidRoles>({})
  const [reading, setReading] = useState<Reading>(sliceBy === undefined ? {} : { sliceVariable: sliceBy })
  const [sent, setSent] = useState(0)
  const api = apiWithProgress(setSent)
  const asked = useQuery({
    queryKey: ['preview', key, reading],
    queryFn: async ({ signal }) => {
      const input = { query: reading, body: file, contentType: mediaTypeOf(file.name), timeoutMs: longMs, signal }
      const preview = await api.previewEvaluation(input)
      return { preview, local: await readHead(file, preview) }
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  const bring = async (how: Reading, part?: string): Promise<ImportedRun> => {
    const label = (part === undefined ? file.name : `${file.name}, ${part}`).slice(0, 200)
    const run = await api.importEvaluation({
      query: { ...how, system, label },
      body: file,
      contentType: mediaTypeOf(file.name),
      timeoutMs: longMs,
    })
    void client.invalidateQueries({ queryKey: ['evaluations'] })
    return run
  }
  const one = useMutation({ mutationFn: () => bring(reading), onSuccess: (run) => onImported(run, reading) })
  const both = useMutation({
    mutationFn: async (of: readonly { readonly part: string; readonly how: Reading }[]) => {
      const runs: ImportedRun[] = []
      for (const { part, how } of of) runs.push(await bring({ ...reading, ...how }, part))
      return runs
    },
    onSuccess: ([before, after]) => {
      if (before !== undefined && after !== undefined) onBoth(before, after)
    },
  })
  const isBusy = one.isPending || both.isPending
  if (asked.data === undefined || isBusy)
    return (
      <div className={styles['picked']}>
        <b>{file.name}</b>
        {asked.error === null ? (
          <p role="status" className={styles['progress']}>
            {sent < 1 ? `Sending it, ${Math.round(sent * 100)} %` : isBusy ? 'Bringing it in…' : 'Reading it…'}
            <progress max={1} value={sent < 1 ? sent : undefined} aria-label="Progress" />
          </p>
        ) : (
          <Problem error={asked.error} onRetry={() => void asked.refetch()} />
        )}
        {isBusy ? null : <Button onClick={onLeave}>Choose another</Button>}
      </div>
    )
  const { preview, local } = asked.data
  const sides = bothSidesOf(preview, said, local)
  // That one file holds several is no fault of it: it is asked which.
  const faults = preview.faults.filter((fault) => sides.length === 0 || !isAboutSides(fault))
  const change = (next: Partial<Reading>) => setReading((before) => withoutEmpty({ ...before, ...next }))
  const guessed = mappingOf(preview.columns, said, local)
  const canAgree = preview.run === null && guessed !== undefined && guessed !== reading.mapping
  return (
    <div className={styles['picked']} aria-busy={asked.isFetching || undefined}>
      <b>{file.name}</b>
      <SeenFacts preview={preview} />
      {faults.length === 0 ? null : <FaultList faults={faults} more={preview.moreFaults} />}
      {sides.length === 0 ? null : (
        <BothSidesForm sides={sides} busy={both.isPending} bring={(parts) => both.mutate(parts)} />
      )}
      <HowToRead preview={preview} local={local} reading={reading} change={change} said={said} say={say} />
      {(asked.error ?? one.error ?? both.error) ? <Problem error={asked.error ?? one.error ?? both.error} /> : null}
      <p className={styles['buttons']}>
        {canAgree ? (
          <Button kind="primary" busy={asked.isFetching} onClick={() => change({ mapping: guessed })}>
            Read the columns so
          </Button>
        ) : null}
        {preview.run === null ? null : (
          <Button kind="primary" busy={one.isPending || asked.isFetching} onClick={() => one.mutate()}>
            Bring it in
          </Button>
        )}
        <Button onClick={onLeave}>Choose another</Button>
      </p>
    </div>
  )
}

function withoutEmpty(reading: Reading): Reading {
  return Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined && value !== ''))
}

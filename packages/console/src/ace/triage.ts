import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { tell } from '../look/toast.tsx'

/** A change that something is said of: one of a page, or of several that were chosen in the list. */
export interface Triaged {
  readonly id: string
  readonly title: string
}

/** One that could not be done, with the reason. */
export interface Refused {
  readonly change: Triaged
  readonly error: Error
}

/** How far it is with the chosen changes. */
export interface Triage {
  readonly run: () => void
  readonly done: number
  readonly refused: readonly Refused[]
  readonly isPending: boolean
  /** Goes on to no further one; what is under way is still done. */
  readonly stop: () => void
}

interface TriageOptions {
  readonly changes: readonly Triaged[]
  /** Says it of one change. The key is the same for each try, so that none is done twice. */
  readonly act: (id: string, idempotencyKey: string) => Promise<unknown>
  /** What was done, as a message says it: "Confirmed". */
  readonly word: string
  readonly onDone: (ids: readonly string[]) => void
}

/** Says something of several changes, one after the other; what is refused stays, with its reason, and can be tried again. */
export function useTriage({ changes, act, word, onDone }: TriageOptions): Triage {
  const client = useQueryClient()
  const [keys] = useState(() => new Map(changes.map(({ id }) => [id, crypto.randomUUID()])))
  const [done, setDone] = useState<ReadonlySet<string>>(new Set())
  const isStopped = useRef(false)
  const { mutate, data, isPending } = useMutation({
    mutationFn: async () => {
      const refused: Refused[] = []
      isStopped.current = false
      const ids = new Set(done)
      for (const change of changes.filter(({ id }) => !done.has(id))) {
        if (isStopped.current) break
        try {
          await act(change.id, keys.get(change.id) ?? crypto.randomUUID())
          ids.add(change.id)
          setDone(new Set(ids))
        } catch (error) {
          refused.push({ change, error: error instanceof Error ? error : new Error(String(error)) })
        }
      }
      return { refused, ids: [...ids] }
    },
    onSuccess: async ({ refused, ids }) => {
      await Promise.all(ids.map((id) => client.invalidateQueries({ queryKey: ['change', id] })))
      void client.invalidateQueries({ queryKey: ['inbox'] })
      void client.invalidateQueries({ queryKey: ['changes', 'count'] })
      if (refused.length > 0) return
      tell(word, changes.length === 1 ? changes[0]?.title : doneWords(ids.length, changes.length))
      onDone(ids)
    },
  })
  return {
    run: () => mutate(),
    done: done.size,
    refused: data?.refused ?? [],
    isPending,
    stop: () => (isStopped.current = true),
  }
}

function doneWords(done: number, all: number): string {
  return done === all ? `${all} changes` : `${done} of ${all} changes; the others are as they were`
}

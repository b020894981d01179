import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Check } from '../look/check.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { type ChangeSearch, toQuery } from './change-search.ts'
import styles from './changes.module.css'
import { type SavedView, savedViewsQuery } from './saved-views.ts'

interface ViewDialogProps {
  /** The view to change; undefined for a new one. */
  readonly view?: SavedView
  readonly search: ChangeSearch
  readonly onClose: () => void
  /** Goes to the view that is kept now, or away from the one that is removed. */
  readonly onKept: (view: SavedView | undefined) => void
}

/** Keeping what the list shows under a name; renaming, sharing and removing what was kept. */
export function ViewDialog({ view, search, onClose, onKept }: ViewDialogProps) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState(view?.shared ?? false)
  const done = async (kept: SavedView | undefined) => {
    await client.invalidateQueries({ queryKey: savedViewsQuery.queryKey })
    onKept(kept)
    onClose()
  }
  const keep = useMutation({
    mutationFn: () => {
      const same = view ?? { columns: [], density: 'default' as const }
      const { columns, density } = same
      const body = { name: name.trim(), query: view?.query ?? toQuery(search), columns, density, shared }
      return view === undefined
        ? api.createView({ body, idempotencyKey: key })
        : api.changeView({ path: { id: view.id }, body })
    },
    onSuccess: done,
  })
  const remove = useMutation({
    mutationFn: (id: string) => api.removeView({ path: { id } }),
    onSuccess: () => done(undefined),
  })
  const error = keep.error ?? remove.error
  function submit(event: FormEvent) {
    event.preventDefault()
    keep.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={view === undefined ? 'Save this view' : 'Change the view'}
      footer={
        <>
          {view === undefined ? null : (
            <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate(view.id)}>
              Remove view
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="view" busy={keep.isPending}>
            Save view
          </Button>
        </>
      }
    >
      <form id="view" className={styles['form']} onSubmit={submit}>
        <Field
          label="Name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={faultOf(error, 'name')}
        />
        <Check
          label="Everybody in the workspace sees it"
          checked={shared}
          onChange={({ target }) => setShared(target.checked)}
        />
      </form>
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}

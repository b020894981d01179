import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { api } from '../api/client.ts'
import { useMe } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { lazily } from '../look/lazily.ts'
import { Problem } from '../look/problem.tsx'
import { changeCountQuery, countWords } from './change-rows.ts'
import { type ChangeSearch, toFilter, toQuery, views, without } from './change-search.ts'
import styles from './changes.module.css'
import { savedViewsQuery, searchOf, useSavedView } from './saved-views.ts'

const ViewDialog = lazily(async () => (await import('./view-dialog.tsx')).ViewDialog)

interface ViewBarProps {
  readonly search: ChangeSearch
  readonly set: (search: ChangeSearch, replace?: boolean) => void
}

/** The views above the list: those that everybody has with their counts, then those that were saved; and what became of the saved one. */
export function ViewBar({ search, set }: ViewBarProps) {
  const [asking, setAsking] = useState<'new' | 'change'>()
  const { data } = useQuery(savedViewsQuery)
  const saved = useSavedView(search)
  const { accountId, role } = useMe()
  // It is for its author or an administrator to change what is shared.
  const isTheirs = saved !== undefined && (saved.view.authorId === accountId || role === 'admin')
  const current = search.view ?? 'open'
  return (
    <div className={styles['viewBar']}>
      <nav className={styles['views']} aria-label="Views">
        {views.map(({ key, label }) => (
          <Link
            key={key}
            to="/changes"
            search={{ ...without(search, 'saved'), view: key }}
            aria-current={saved === undefined && key === current ? 'page' : 'false'}
            activeProps={{}}
          >
            {label} <ViewCount search={{ ...search, view: key }} />
          </Link>
        ))}
        {(data?.items ?? []).map((view) => (
          <Link
            key={view.id}
            to="/changes"
            search={searchOf(view)}
            aria-current={view.id === search.saved ? 'page' : 'false'}
            activeProps={{}}
            title={view.shared ? `Shared by ${view.authorName}` : 'Yours alone'}
          >
            {view.name}
          </Link>
        ))}
      </nav>
      <span className={styles['viewActs']}>
        {saved === undefined ? (
          <Button kind="bare" onClick={() => setAsking('new')}>
            Save view
          </Button>
        ) : saved.isChanged ? (
          <>
            <span className="faint">Changed</span>
            {isTheirs ? <Keep view={saved.view} query={toQuery(search)} /> : null}
            <Button kind="bare" onClick={() => set(searchOf(saved.view))}>
              Reset
            </Button>
            <Button kind="bare" onClick={() => setAsking('new')}>
              Save as another
            </Button>
          </>
        ) : isTheirs ? (
          <Button kind="bare" onClick={() => setAsking('change')}>
            Change view
          </Button>
        ) : null}
      </span>
      <Suspense>
        {asking === undefined ? null : (
          <ViewDialog
            {...(asking === 'change' && saved !== undefined ? { view: saved.view } : {})}
            search={search}
            onClose={() => setAsking(undefined)}
            onKept={(view) => set(view === undefined ? without(search, 'saved') : searchOf(view))}
          />
        )}
      </Suspense>
    </div>
  )
}

function ViewCount({ search }: { readonly search: ChangeSearch }) {
  const { data } = useQuery(changeCountQuery(toFilter(search)))
  return <span className={styles['count']}>{data === undefined ? '' : countWords(data)}</span>
}

function Keep({
  view,
  query,
}: {
  readonly view: NonNullable<ReturnType<typeof useSavedView>>['view']
  readonly query: string
}) {
  const client = useQueryClient()
  const { name, columns, density, shared } = view
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.changeView({ path: { id: view.id }, body: { name, columns, density, shared, query } }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedViewsQuery.queryKey }),
  })
  return (
    <>
      <Button kind="bare" busy={isPending} onClick={() => mutate()}>
        Save
      </Button>
      {error === null ? null : <Problem error={error} />}
    </>
  )
}

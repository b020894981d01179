import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useSettled } from '../look/settled.ts'
import styles from './rail-views.module.css'
import { savedViewsQuery, searchOf } from './saved-views.ts'

/** So many views stand in the rail; the others are above the list of changes. */
const most = 8

/** Saved views of changes, a press away from every page; nothing where there is none. */
export function RailViews() {
  const isSettled = useSettled()
  const { data } = useQuery({ ...savedViewsQuery, enabled: isSettled })
  if (data === undefined || data.items.length === 0) return null
  return (
    <section className={styles['views']} aria-labelledby="rail-views">
      <h2 id="rail-views">Saved views</h2>
      {data.items.slice(0, most).map((view) => (
        <Link
          key={view.id}
          to="/changes"
          search={searchOf(view)}
          activeProps={{}}
          aria-current="false"
          title={view.shared ? `Shared by ${view.authorName}` : 'Yours alone'}
        >
          {view.name}
        </Link>
      ))}
    </section>
  )
}

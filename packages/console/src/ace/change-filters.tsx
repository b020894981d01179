import { useQuery } from '@tanstack/react-query'
import { ArrowUpIcon, CalendarIcon, ListFilterIcon, SearchIcon, ShapesIcon } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { shortDay } from '../api/instants.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { type Band, bandWords } from '../look/bands.ts'
import { Menu } from '../look/menu.tsx'
import { changeCountQuery, countWords } from './change-rows.ts'
import { type ChangeSearch, changeTypes, toFilter } from './change-search.ts'
import styles from './changes.module.css'
import { typeWords } from './change-words.ts'
import type { NewChanges } from './new-changes.ts'

interface FiltersProps {
  readonly search: ChangeSearch
  readonly set: (search: ChangeSearch, replace?: boolean) => void
  readonly fresh: NewChanges
}

const typingMs = 150

/** The bar of filters: search, verdict, type, since when; how many there are, and what is new. */
export function ChangeFilters({ search, set, fresh }: FiltersProps) {
  const { verdict, type, since } = search
  const count = useQuery(changeCountQuery(toFilter(search)))
  return (
    <div className={styles['filters']} role="search" aria-label="Filter the changes">
      <SearchField search={search} set={set} />
      <Menu
        label={verdict === undefined ? 'Verdict' : verdict === 'none' ? 'Not assessed' : bandWords[verdict]}
        icon={<ListFilterIcon aria-hidden />}
        isSet={verdict !== undefined}
        items={[
          { key: '', label: 'Any verdict' },
          ...Object.entries(bandWords).map(([key, label]) => ({ key, label })),
          { key: 'none', label: 'Not assessed' },
        ]}
        onPick={(key) => set(key === '' ? without(search, 'verdict') : { ...search, verdict: key as Band | 'none' })}
      />
      <Menu
        label={type === undefined ? 'What' : typeWords(type)}
        icon={<ShapesIcon aria-hidden />}
        isSet={type !== undefined}
        items={[{ key: '', label: 'Anything' }, ...changeTypes.map((key) => ({ key, label: typeWords(key) }))]}
        onPick={(key) =>
          set(key === '' ? without(search, 'type') : { ...search, type: key as (typeof changeTypes)[number] })
        }
      />
      <Menu
        label={since === undefined ? 'Opened since' : `Since ${shortDay(`${since}T12:00:00`)}`}
        icon={<CalendarIcon aria-hidden />}
        isSet={since !== undefined}
        items={sinceItems()}
        onPick={(key) => set(key === '' ? without(search, 'since') : { ...search, since: key })}
      />
      <span className={styles['total']} role="status">
        {count.data === undefined ? '' : `${countWords(count.data)} ${count.data.count === 1 ? 'change' : 'changes'}`}
      </span>
      {fresh.count > 0 ? (
        <button type="button" className={styles['fresh']} onClick={fresh.show}>
          <ArrowUpIcon aria-hidden />
          {fresh.count} new
        </button>
      ) : null}
    </div>
  )
}

/** What is typed is in the address a moment later; leaving the field makes it a place to go back to. */
function SearchField({ search, set }: Pick<FiltersProps, 'search' | 'set'>) {
  const { q = '' } = search
  const [text, setText] = useState(q)
  const field = useRef<HTMLInputElement>(null)
  // The address may change by Back or a link, and then the field follows; what the field itself sent comes back later than it was typed.
  const [known, setKnown] = useState(q)
  const [sent, setSent] = useState(q)
  if (q !== known) {
    setKnown(q)
    if (q !== sent) setText(q)
  }
  useEffect(() => {
    if (text === q) return undefined
    const timer = setTimeout(() => {
      setSent(text)
      set(text === '' ? without(search, 'q') : { ...search, q: text })
    }, typingMs)
    return () => clearTimeout(timer)
  }, [text, q, search, set])
  useLetterKeys(
    useCallback((key, event) => {
      if (key !== '/') return
      event.preventDefault()
      field.current?.focus()
    }, []),
  )
  return (
    <div className={styles['search']}>
      <SearchIcon aria-hidden />
      <input
        ref={field}
        type="search"
        aria-label="Search changes"
        placeholder="Title or system"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <kbd aria-hidden>/</kbd>
    </div>
  )
}

function without(search: ChangeSearch, name: keyof ChangeSearch): ChangeSearch {
  const { [name]: _, ...rest } = search
  return rest
}

function sinceItems() {
  return [
    { key: '', label: 'Any time' },
    { key: dayBefore(1), label: 'Since yesterday' },
    { key: dayBefore(7), label: 'In the last 7 days' },
    { key: dayBefore(30), label: 'In the last 30 days' },
    { key: dayBefore(90), label: 'In the last 90 days' },
    { key: dayBefore(365), label: 'In the last year' },
  ]
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}

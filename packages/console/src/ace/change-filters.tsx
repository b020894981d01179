import { useQuery } from '@tanstack/react-query'
import { ArrowUpIcon, ListFilterIcon, SearchIcon, ShapesIcon, SlidersHorizontalIcon, XIcon } from 'lucide-react'
import { Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { useLetterKeys } from '../app/shortcuts.ts'
import { type Band, bandWords } from '../look/bands.ts'
import { lazily } from '../look/lazily.ts'
import menuStyles from '../look/menu.module.css'
import { Menu } from '../look/menu.tsx'
import { changeCountQuery, countWords } from './change-rows.ts'
import { type ChangeSearch, choices, toFilter, without } from './change-search.ts'
import styles from './changes.module.css'
import { typeWords } from './change-words.ts'
import { chipsOf } from './filter-chips.ts'
import type { LiveRows } from './live-rows.ts'

interface FiltersProps {
  readonly search: ChangeSearch
  readonly set: (search: ChangeSearch, replace?: boolean) => void
  readonly fresh: LiveRows['fresh']
}

const FilterDialog = lazily(async () => (await import('./filter-dialog.tsx')).FilterDialog)

const typingMs = 150

/** The bar of filters: search, verdict, type, since when; how many there are, and what is new. */
export function ChangeFilters({ search, set, fresh }: FiltersProps) {
  const { verdict, type } = search
  const [isChoosing, setChoosing] = useState(false)
  const chips = chipsOf(search)
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
        items={[{ key: '', label: 'Anything' }, ...choices.type.map((key) => ({ key, label: typeWords(key) }))]}
        onPick={(key) =>
          set(key === '' ? without(search, 'type') : { ...search, type: key as (typeof choices.type)[number] })
        }
      />
      <button
        type="button"
        className={menuStyles['trigger']}
        data-set={chips.length > 0 || undefined}
        aria-haspopup="dialog"
        onClick={() => setChoosing(true)}
      >
        <SlidersHorizontalIcon aria-hidden />
        More
      </button>
      {chips.map(({ name, words }) => (
        <button
          key={name}
          type="button"
          className={styles['chip']}
          aria-label={`Leave out the filter “${words}”`}
          onClick={() => set(without(search, name), false)}
        >
          {words}
          <XIcon aria-hidden />
        </button>
      ))}
      <Suspense>
        {isChoosing ? <FilterDialog search={search} set={set} onClose={() => setChoosing(false)} /> : null}
      </Suspense>
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

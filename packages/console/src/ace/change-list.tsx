import { Link, useElementScrollRestoration } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef } from 'react'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Severity, Verdict, Warning } from '../look/badge.tsx'
import { Ago } from '../look/time.tsx'
import { useNarrow } from '../look/narrow.ts'
import type { ChangeRow } from './change-rows.ts'
import { rememberList } from '../life/neighbours.ts'
import { typeWords } from './change-words.ts'
import styles from './changes.module.css'
import { StageGlyph } from './stage-glyph.tsx'

interface ListProps {
  readonly items: readonly ChangeRow[]
  readonly hasMore: boolean
  readonly more: () => void
}

/** The rows of changes: only those near the screen are in the page, and the next ones are asked for before they are reached. */
export function ChangeList({ items, hasMore, more }: ListProps) {
  const box = useRef<HTMLDivElement>(null)
  const isNarrow = useNarrow()
  const restored = useElementScrollRestoration({ id: 'changes' })
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isNarrow ? 66 : 44),
    overscan: 12,
    getItemKey: (index) => items[index]?.id ?? index,
    initialOffset: restored?.scrollY ?? 0,
  })
  useEffect(() => rows.measure(), [isNarrow, rows])
  useEffect(() => rememberList(items.map(({ id }) => id)), [items])
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= items.length - 15) more()
  }, [hasMore, last, items.length, more])
  useLetterKeys(
    useCallback(
      (key) => {
        if (key !== 'j' && key !== 'k') return
        const here = Number(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? -1)
        const next = Math.max(0, Math.min(items.length - 1, here + (key === 'j' ? 1 : -1)))
        rows.scrollToIndex(next)
        requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${next}"] a`)?.focus())
      },
      [items.length, rows],
    ),
  )
  return (
    <>
      <div className={`${styles['columns']} ${styles['names']}`} aria-hidden>
        <span>Life</span>
        <span>Change</span>
        <span>What</span>
        <span>Verdict</span>
        <span>Risk</span>
        <span>By</span>
        <span className={styles['end']}>Opened</span>
      </div>
      <div className={styles['box']} ref={box} data-scroll-restoration-id="changes">
        <div
          role="table"
          aria-label="Changes"
          aria-rowcount={hasMore ? -1 : items.length}
          className={styles['rows']}
          style={{ height: rows.getTotalSize() }}
        >
          {shown.map(({ index, key, start, size }) => {
            const row = items[index]
            return row === undefined ? null : (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 1}
                data-row={index}
                className={`${styles['columns']} ${styles['row']}`}
                style={{ transform: `translateY(${start}px)`, height: size }}
              >
                <Cells row={row} />
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

function Cells({ row }: { readonly row: ChangeRow }) {
  const [first = 'other', ...others] = row.changeTypes
  return (
    <>
      <div role="cell" className={styles['glyph']}>
        <StageGlyph row={row} />
      </div>
      <div role="cell" className={styles['change']}>
        {row.emergency ? <Warning word="Emergency" /> : null}
        <Link to="/changes/$id" params={{ id: row.id }}>
          {row.title}
        </Link>
        <span className={styles['where']}>
          {row.system} · {row.environment}
        </span>
      </div>
      <div role="cell" className={styles['what']}>
        {typeWords(first)}
        {others.length === 0 ? null : (
          <span className="faint" title={row.changeTypes.map(typeWords).join(', ')}>
            {' '}
            +{others.length}
          </span>
        )}
      </div>
      <div role="cell" className={styles['verdict']}>
        <Verdict verdict={row.verdict} />
        <span className={styles['narrowWhere']}>{row.system}</span>
      </div>
      <div role="cell" className={styles['risk']}>
        <Severity level={row.severity} />
      </div>
      <div role="cell" className={styles['by']}>
        {row.authorName ?? 'removed account'}
      </div>
      <div role="cell" className={styles['end']}>
        <Ago at={row.openedAt} />
      </div>
    </>
  )
}

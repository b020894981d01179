import { Link, useElementScrollRestoration } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Severity, Verdict, Warning } from '../look/badge.tsx'
import { Ago } from '../look/time.tsx'
import { useRowHeight } from '../look/narrow.ts'
import type { ChangeRow } from './change-rows.ts'
import { rememberList } from '../life/neighbours.ts'
import { typeWords } from './change-words.ts'
import styles from './changes.module.css'
import { forget, leaveFor, leftFor } from './left-for.ts'
import { StageGlyph } from './stage-glyph.tsx'

interface ListProps {
  readonly items: readonly ChangeRow[]
  /** Rows that no longer fit what was asked for. */
  readonly gone: ReadonlySet<string>
  readonly chosen: ReadonlySet<string>
  /** Chooses a row, or leaves it out; undefined for who may do nothing with what they choose. */
  readonly choose: ((id: string) => void) | undefined
  /** Told which rows are on screen. */
  readonly onSight: (first: number, last: number) => void
  readonly hasMore: boolean
  readonly more: () => void
}

/** The rows of changes: only those near the screen are in the page, and the next ones are asked for before they are reached. */
export function ChangeList({ items, gone, chosen, choose, onSight, hasMore, more }: ListProps) {
  const box = useRef<HTMLDivElement>(null)
  // Where `j` and `k` lead before the row is there to take the focus: keys come faster than frames.
  const goingTo = useRef<number>(undefined)
  const height = useRowHeight()
  const restored = useElementScrollRestoration({ id: 'changes' })
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => items[index]?.id ?? index,
    initialOffset: restored?.scrollY ?? 0,
  })
  useEffect(() => rows.measure(), [height, rows])
  useEffect(() => rememberList(items.map(({ id }) => id)), [items])
  useEffect(() => {
    const index = items.findIndex(({ id }) => id === leftFor())
    if (index < 0) return
    forget()
    rows.scrollToIndex(index)
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${index}"] a`)?.focus())
  }, [items, rows])
  const shown = rows.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => onSight(first, last), [first, last, onSight])
  useEffect(() => {
    if (hasMore && last >= items.length - 15) more()
  }, [hasMore, last, items.length, more])
  useLetterKeys(
    useCallback(
      (key) => {
        const here =
          goingTo.current ?? Number(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? -1)
        const row = items[here]
        if (key === 'e' && row !== undefined) choose?.(row.id)
        if (key !== 'j' && key !== 'k') return
        const next = Math.max(0, Math.min(items.length - 1, here + (key === 'j' ? 1 : -1)))
        rows.scrollToIndex(next)
        goingTo.current = next
        requestAnimationFrame(() => {
          document.querySelector<HTMLElement>(`[data-row="${next}"] a`)?.focus()
          goingTo.current = undefined
        })
      },
      [items, choose, rows],
    ),
  )
  return (
    <>
      <div className={`${styles['columns']} ${styles['names']}`} aria-hidden>
        <span />
        <span>Life</span>
        <span>Change</span>
        <span className={styles['what']}>What</span>
        <span>Verdict</span>
        <span>Risk</span>
        <span className={styles['by']}>By</span>
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
                data-gone={gone.has(row.id) || undefined}
                data-chosen={chosen.has(row.id) || undefined}
                title={gone.has(row.id) ? 'It no longer fits what you asked for' : undefined}
                style={{ transform: `translateY(${start}px)`, height: size }}
              >
                <Cells row={row} isChosen={chosen.has(row.id)} choose={choose} />
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

interface CellsProps {
  readonly row: ChangeRow
  readonly isChosen: boolean
  readonly choose: ListProps['choose']
}

function Cells({ row, isChosen, choose }: CellsProps) {
  const isNews = useNews(row.verdict)
  const [first = 'other', ...others] = row.changeTypes
  return (
    <>
      <div role="cell" className={styles['choice']}>
        {choose === undefined ? null : (
          <input
            type="checkbox"
            aria-label={`Choose ${row.title}`}
            checked={isChosen}
            onChange={() => choose(row.id)}
          />
        )}
      </div>
      <div role="cell" className={styles['glyph']}>
        <StageGlyph row={row} />
      </div>
      <div role="cell" className={styles['change']}>
        {row.emergency ? <Warning word="Emergency" /> : null}
        <Link to="/changes/$id" params={{ id: row.id }} onClick={() => leaveFor(row.id)}>
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
      <div role="cell" className={`${styles['verdict']} ${isNews ? styles['news'] : ''}`}>
        <Verdict verdict={row.verdict} />
        <span className={styles['narrowWhere']}>
          {row.system} · {row.environment}
        </span>
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

/** Whether a value is another than the one that was first shown. */
function useNews(value: unknown): boolean {
  const [first] = useState(value)
  return value !== first
}

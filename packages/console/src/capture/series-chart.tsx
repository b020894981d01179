import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react'
import { clock, exact, shortDay } from '../api/instants.ts'
import styles from './capture.module.css'
import { type Measure, measures } from './measures.ts'
import type { Marker, Series } from './series.ts'
import { instantsBetween, marksUpTo, nearest, pathThrough, pointsOf, seriesSentence, share } from './series-shape.ts'

interface ChartProps {
  readonly series: Series
  readonly measure: Measure
  readonly from: string
  readonly to: string
}

/** A measure over time as a line, and each change that began to run as an upright one that leads to it. */
export function SeriesChart({ series, measure, from, to }: ChartProps) {
  const points = useMemo(() => pointsOf(series, measure), [series, measure])
  const [pointed, setPointed] = useState<string>()
  const { write } = measures[measure]
  const { top, marks } = marksUpTo(Math.max(0, ...points.map(({ value }) => value ?? 0)))
  const frame = { from: Date.parse(from), to: Date.parse(to), top }
  function follow(event: PointerEvent<HTMLDivElement>) {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const point = nearest(points, frame.from + ((event.clientX - left) / width) * (frame.to - frame.from))
    setPointed(point?.value == null ? undefined : `${exact(new Date(point.at).toISOString())}: ${write(point.value)}`)
  }
  return (
    <div className={styles['chart']}>
      <div className={styles['plot']} onPointerMove={follow} onPointerLeave={() => setPointed(undefined)}>
        <svg
          role="img"
          aria-label={seriesSentence(points, measure, series.markers.length)}
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
        >
          {marks.map((mark) => (
            <line
              key={mark}
              className={styles['grid']}
              x1="0"
              x2="100"
              y1={100 - share(mark, 0, top)}
              y2={100 - share(mark, 0, top)}
            />
          ))}
          <path className={styles['series']} d={pathThrough(points, frame)} />
        </svg>
        {marks.map((mark) => (
          <span key={mark} className={styles['mark']} style={{ bottom: `${share(mark, 0, top)}%` }} aria-hidden>
            {write(mark)}
          </span>
        ))}
        <Markers markers={series.markers} from={frame.from} to={frame.to} onPoint={setPointed} />
      </div>
      <Axis from={frame.from} to={frame.to} />
      <p className={styles['pointed']} aria-hidden>
        {pointed ?? ' '}
      </p>
    </div>
  )
}

function Axis({ from, to }: { readonly from: number; readonly to: number }) {
  // A label that would run over the end is left out.
  const instants = instantsBetween(from, to).filter((at) => share(at, from, to) < 93)
  const isShort = to - from <= 3 * 86_400_000
  return (
    <div className={styles['axis']} aria-hidden>
      {instants.map((at) => {
        const iso = new Date(at).toISOString()
        const isMidnight = clock(iso) === '00:00'
        return (
          <span key={at} style={{ left: `${share(at, from, to)}%` }}>
            {isShort && !isMidnight ? clock(iso) : shortDay(iso)}
          </span>
        )
      })}
    </div>
  )
}

interface MarkersProps {
  readonly markers: readonly Marker[]
  readonly from: number
  readonly to: number
  readonly onPoint: (words: string | undefined) => void
}

/** One stop of the keyboard for all lines: arrows move along them, Enter opens the change. */
function Markers({ markers, from, to, onPoint }: MarkersProps) {
  const [current, setCurrent] = useState(markers.length - 1)
  if (markers.length === 0) return null
  const stop = Math.min(Math.max(0, current), markers.length - 1)
  function move(event: KeyboardEvent<HTMLElement>) {
    const next = { ArrowLeft: stop - 1, ArrowRight: stop + 1, Home: 0, End: markers.length - 1 }[event.key]
    if (next === undefined || next < 0 || next >= markers.length) return
    event.preventDefault()
    setCurrent(next)
    event.currentTarget.closest('nav')?.querySelectorAll('a')[next]?.focus()
  }
  return (
    <nav className={styles['markers']} aria-label="Changes that began to run">
      {markers.map(({ at, changeId, title }, index) => {
        const words = `${exact(at)}: ${title} began to run`
        return (
          <Link
            key={`${changeId} ${at}`}
            to="/changes/$id"
            params={{ id: changeId }}
            tabIndex={index === stop ? 0 : -1}
            className={styles['marker']}
            style={{ left: `${share(Date.parse(at), from, to)}%` }}
            aria-label={words}
            onKeyDown={move}
            onFocus={() => {
              setCurrent(index)
              onPoint(words)
            }}
            onBlur={() => onPoint(undefined)}
          >
            <span aria-hidden>{index + 1}</span>
          </Link>
        )
      })}
    </nav>
  )
}

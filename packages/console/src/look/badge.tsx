import {
  ArrowDownIcon,
  ArrowUpIcon,
  CheckIcon,
  ChevronDownIcon,
  ChevronsDownIcon,
  CircleDashedIcon,
  CircleSlashIcon,
  type LucideIcon,
  TriangleAlertIcon,
} from 'lucide-react'
import styles from './badge.module.css'
import { type Band, bandWords } from './bands.ts'

const icons: Readonly<Record<Band, LucideIcon>> = {
  improved: ArrowUpIcon,
  non_inferior: CheckIcon,
  inconclusive: CircleDashedIcon,
  minor_regression: ChevronDownIcon,
  regression: ArrowDownIcon,
  material_regression: ChevronsDownIcon,
  withheld: CircleSlashIcon,
}

/** A band as an icon and a word on its ground. */
export function BandBadge({ band }: { readonly band: Band }) {
  const Icon = icons[band]
  return (
    <span className={`${styles['badge']} ${styles[band]}`}>
      <Icon aria-hidden strokeWidth={2.4} />
      {bandWords[band]}
    </span>
  )
}

/** A verdict where there may be none yet. */
export function Verdict({ verdict }: { readonly verdict: string | null }) {
  return verdict !== null && verdict in bandWords ? (
    <BandBadge band={verdict as Band} />
  ) : (
    <span className="faint">Not assessed</span>
  )
}

/** An outlined word with a triangle, for what was done in haste: an emergency, a broken glass. */
export function Warning({ word }: { readonly word: string }) {
  return (
    <span className={styles['warning']}>
      <TriangleAlertIcon aria-hidden strokeWidth={2.4} />
      {word}
    </span>
  )
}

const severities = ['low', 'medium', 'high', 'critical']

/** How much a change could do: four bars and a word. */
export function Severity({ level }: { readonly level: string | null }) {
  if (level === null) return <span className="faint">not said</span>
  const reached = severities.indexOf(level)
  return (
    <span className={`${styles['severity']} ${level === 'critical' ? styles['critical'] : ''}`}>
      <i aria-hidden>
        {severities.map((it, index) => (
          <b key={it} className={index <= reached ? styles['on'] : undefined} />
        ))}
      </i>
      {level}
    </span>
  )
}

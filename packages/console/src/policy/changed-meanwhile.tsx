import type { Policy } from '@afterai/client'
import { exact } from '../api/instants.ts'
import type { Names } from '../identity/names.ts'
import { Button } from '../look/button.tsx'
import { RuleList } from './policies-card.tsx'
import styles from './policy.module.css'
import type { Rule } from './rule-words.ts'

interface ChangedMeanwhileProps {
  /** What somebody else set. */
  readonly theirs: Policy
  readonly mine: readonly Rule[]
  readonly names: Names
  readonly onLoad: () => void
  readonly onKeep: () => void
}

/** Says that somebody set these rules meanwhile, shows both beside each other, and lets the reader choose. Nothing is lost before. */
export function ChangedMeanwhile({ theirs, mine, names, onLoad, onKeep }: ChangedMeanwhileProps) {
  const { version, reason, setAt, setByName } = theirs
  return (
    <section className={styles['meanwhile']} role="alert" aria-label="Set meanwhile">
      <b>
        {setByName ?? 'A removed account'} set version {version} of these rules
        {setAt === null ? '' : ` on ${exact(setAt)}`}, after you opened this page.
      </b>
      <p className="soft">What you filled in is kept. Compare the two before you set yours.</p>
      {reason === null ? null : <blockquote className={styles['why']}>{reason}</blockquote>}
      <details open>
        <summary>Compare</summary>
        <div className={styles['two']}>
          <div>
            <h3>Version {version}, which holds now</h3>
            <RuleList rules={theirs.rules} names={names} />
          </div>
          <div>
            <h3>What you filled in</h3>
            <RuleList rules={mine} names={names} />
          </div>
        </div>
      </details>
      <div className={styles['links']}>
        <Button onClick={onLoad}>Load version {version}, and drop mine</Button>
        <Button onClick={onKeep}>Keep mine, to set it after version {version}</Button>
      </div>
    </section>
  )
}

/** Says that the scope which was named later has rules of its own. */
export function UnreadRules({ own, onLoad }: { readonly own: Policy; readonly onLoad: () => void }) {
  return (
    <div className={styles['meanwhile']} role="status">
      <p>This scope has rules of its own: version {own.version}. What stands here was begun from others.</p>
      <div>
        <Button onClick={onLoad}>Load version {own.version}, and drop mine</Button>
      </div>
    </div>
  )
}

import { type StandingName, standingWords } from './standing-words.ts'
import styles from './systems.module.css'

/** Whether what runs may run: a shape and a word. */
export function StandingBadge({ standing }: { readonly standing: StandingName }) {
  const { word, icon: Icon, tone } = standingWords[standing]
  return (
    <span className={`${styles['standing']} ${styles[tone]}`}>
      <Icon aria-hidden />
      {word}
    </span>
  )
}

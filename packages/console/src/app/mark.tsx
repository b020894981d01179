import styles from './shell.module.css'

/** AfterAI's mark. */
export function Mark() {
  return (
    <svg className={styles['mark']} viewBox="0 0 22 22" aria-hidden>
      <rect width="22" height="22" rx="6" fill="currentColor" />
      <path
        d="M5 14.5 9 7l3 5 2-3 3 5.5"
        fill="none"
        stroke="var(--canvas)"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

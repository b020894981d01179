import { Copyable } from './copyable.tsx'
import styles from './command.module.css'

/** A command that works as it is pasted. */
export function Command({ text, what = 'the command' }: { readonly text: string; readonly what?: string }) {
  return (
    <div className={styles['command']}>
      <Copyable text={text} what={what} />
    </div>
  )
}

import { useSyncExternalStore } from 'react'
import styles from './bars.module.css'

/** Says that the network is away. What is on the page stays, with its age; nothing is queued in silence. */
export function OfflineBar() {
  const isOnline = useSyncExternalStore(listen, () => navigator.onLine)
  return (
    <div role="status" className={isOnline ? undefined : styles['bar']}>
      {isOnline ? '' : 'You are offline. What you see may be old, and nothing can be saved until the network is back.'}
    </div>
  )
}

function listen(tell: () => void): () => void {
  addEventListener('online', tell)
  addEventListener('offline', tell)
  return () => {
    removeEventListener('online', tell)
    removeEventListener('offline', tell)
  }
}

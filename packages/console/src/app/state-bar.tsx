import { useSyncExternalStore } from 'react'
import { isStreamLost, onStreamLost } from '../api/events.ts'
import { isReleaseOther, onRelease } from '../api/release.ts'
import styles from './bars.module.css'

/**
 * Says above the page what is amiss with all of it: the network is away, the server was upgraded, nothing is told any more. What is on the page
 * stays; nothing is queued in silence, and nothing is loaded anew by itself.
 */
export function StateBar() {
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine)
  const isOther = useSyncExternalStore(onRelease, isReleaseOther)
  const isLost = useSyncExternalStore(onStreamLost, isStreamLost)
  const isAmiss = !isOnline || isOther || isLost
  return (
    <div role="status" className={isAmiss ? styles['bar'] : undefined}>
      {!isOnline ? (
        'You are offline. What you see may be old, and nothing can be saved until the network is back.'
      ) : isOther ? (
        <>
          AfterAI was upgraded while this page was open.{' '}
          <button type="button" onClick={() => location.reload()}>
            Reload when you are ready
          </button>
        </>
      ) : isLost ? (
        'The server tells of nothing at the moment. The page asks every 15 seconds instead.'
      ) : (
        ''
      )}
    </div>
  )
}

function onNetwork(tell: () => void): () => void {
  addEventListener('online', tell)
  addEventListener('offline', tell)
  return () => {
    removeEventListener('online', tell)
    removeEventListener('offline', tell)
  }
}

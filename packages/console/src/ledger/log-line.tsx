import { useQuery } from '@tanstack/react-query'
import { ShieldCheckIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import styles from './log-line.module.css'

/** The size of the log by its newest checkpoint, as the second line of a signed note has it; undefined if it is none. */
export function sizeOf(checkpoint: string): number | undefined {
  const line = checkpoint.split('\n')[1] ?? ''
  return /^\d+$/.test(line) ? Number(line) : undefined
}

/** How many entries the tenant's log has signed. It says nothing of whether they are intact: that is verified, not shown. */
export function LogLine() {
  const { data } = useQuery({
    queryKey: ['log', 'checkpoint'],
    queryFn: ({ signal }) => api.getCheckpoint({ signal }),
    staleTime: 30_000,
    retry: false,
  })
  const size = data === undefined ? undefined : sizeOf(data)
  if (size === undefined) return null
  return (
    <p className={styles['line']}>
      <ShieldCheckIcon aria-hidden />
      <span className="number">{size.toLocaleString('en')} log entries signed</span>
    </p>
  )
}

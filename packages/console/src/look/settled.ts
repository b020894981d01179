import { useEffect, useState } from 'react'

let isSettled = false

/** Whether the first view has had its time, so that what can wait may be fetched. */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(isSettled)
  useEffect(() => {
    if (settled) return undefined
    const timer = setTimeout(() => {
      isSettled = true
      setSettled(true)
    }, 300)
    return () => clearTimeout(timer)
  }, [settled])
  return settled
}

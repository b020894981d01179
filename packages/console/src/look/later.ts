import { useEffect, useState } from 'react'

/** A value as it was once it had stayed so for a while: what somebody types is asked about when they pause. */
export function useLater<T>(value: T, waitMs: number): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), waitMs)
    return () => clearTimeout(timer)
  }, [value, waitMs])
  return settled
}

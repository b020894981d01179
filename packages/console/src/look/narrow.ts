import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 820px)')

/** Whether the screen is a phone's. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (tell) => {
      narrow.addEventListener('change', tell)
      return () => narrow.removeEventListener('change', tell)
    },
    () => narrow.matches,
  )
}

const heights: Readonly<Record<string, number>> = { comfortable: 48, compact: 36 }

/** How high a row of a virtual list is, in pixels: two lines on a phone, else by the density that the reader chose. */
export function useRowHeight(): number {
  const isNarrow = useNarrow()
  const density = useSyncExternalStore(
    (tell) => {
      addEventListener('density', tell)
      return () => removeEventListener('density', tell)
    },
    () => document.documentElement.dataset['density'] ?? '',
  )
  return isNarrow ? 66 : (heights[density] ?? 44)
}

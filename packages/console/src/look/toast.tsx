import { Suspense } from 'react'
import { lazily } from './lazily.ts'
import { floating } from './floating.ts'
import { useSettled } from './settled.ts'

const FloatingToasts = lazily(async () => (await floating()).FloatingToasts)

/** Says in passing that something was done. What went wrong is said where it went wrong instead. */
export function tell(title: string, description?: string): void {
  void floating().then(({ toasts }) => toasts.add({ title, ...(description === undefined ? {} : { description }) }))
}

/** The place of messages, once on each page. */
export function ToastPlace() {
  return useSettled() ? (
    <Suspense>
      <FloatingToasts />
    </Suspense>
  ) : null
}

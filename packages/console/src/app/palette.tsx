import { useNavigate } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { lazily } from '../look/lazily.ts'

const PaletteDialog = lazily(async () => (await import('./palette-dialog.tsx')).PaletteDialog)

/** Find or do: by ⌘K or Ctrl K from everywhere, and by the rail. */
export function Palette({ open, setOpen }: { readonly open: boolean; readonly setOpen: (open: boolean) => void }) {
  const navigate = useNavigate()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.key !== 'k') return
      event.preventDefault()
      setOpen(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [setOpen])
  return open ? (
    <Suspense>
      <PaletteDialog
        onClose={() => setOpen(false)}
        onGo={(href) => {
          setOpen(false)
          void navigate({ to: href })
        }}
      />
    </Suspense>
  ) : null
}

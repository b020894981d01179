import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronDownIcon, ChevronUpIcon } from 'lucide-react'
import { useCallback } from 'react'
import { useLetterKeys } from '../app/shortcuts.ts'
import { buttonClass } from '../look/button.tsx'
import { neighboursOf } from './neighbours.ts'

/** The ways to the change before and after this one in the list that the reader came from; `[` and `]` go there, too. */
export function NeighbourLinks({ id }: { readonly id: string }) {
  const navigate = useNavigate()
  const { previous, next } = neighboursOf(id)
  useLetterKeys(
    useCallback(
      (key) => {
        const to = key === '[' ? previous : key === ']' ? next : undefined
        if (to !== undefined) void navigate({ to: '/changes/$id', params: { id: to } })
      },
      [navigate, previous, next],
    ),
  )
  return (
    <>
      {previous === undefined ? null : (
        <Link
          to="/changes/$id"
          params={{ id: previous }}
          className={buttonClass('plain', 'icon')}
          aria-label="The change before it in the list"
          title="The change before it in the list ( [ )"
        >
          <ChevronUpIcon aria-hidden />
        </Link>
      )}
      {next === undefined ? null : (
        <Link
          to="/changes/$id"
          params={{ id: next }}
          className={buttonClass('plain', 'icon')}
          aria-label="The change after it in the list"
          title="The change after it in the list ( ] )"
        >
          <ChevronDownIcon aria-hidden />
        </Link>
      )}
    </>
  )
}

import type { Operations } from '@afterai/client'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { useLater } from '../look/later.ts'
import type { Member } from './roles.ts'

type Query = NonNullable<Operations['listMembers']['query']>

/** Who is to be chosen: people, or machines; of those whose role holds a permission, if any. */
export type PeopleWish = Pick<Query, 'kind' | 'permission'>

/** People to choose from: the newest, or those that what is typed finds, looked for by the server among all. */
export interface FoundPeople {
  readonly people: readonly Member[]
  /** Whether there are more than were brought, so that a search is offered. */
  readonly isMany: boolean
  readonly text: string
  readonly setText: (text: string) => void
  readonly isLooking: boolean
  readonly error: Error | null
}

const shownAtOnce = 50
const typingMs = 200

/** Looks for people who aren’t disabled as their names are typed. */
export function usePeople(wish: PeopleWish = {}): FoundPeople {
  const mayRead = useMay()('member:read')
  const [text, setText] = useState('')
  const q = useLater(text.trim(), typingMs)
  const first = useQuery({ ...peopleQuery(wish), enabled: mayRead })
  const found = useQuery({ ...peopleQuery(wish, q), enabled: mayRead && q !== '' })
  const { data, error, isFetching } = q === '' ? first : found
  return {
    people: data?.people ?? [],
    isMany: first.data?.isMany ?? false,
    text,
    setText,
    isLooking: isFetching || q !== text.trim(),
    error,
  }
}

/** The question who fits, by a part of their name if something is typed. */
export function peopleQuery({ kind = 'person', permission }: PeopleWish, q = '') {
  return queryOptions({
    queryKey: ['members', 'found', kind, permission ?? '', q],
    queryFn: async ({ signal }) => {
      const query = {
        kind,
        limit: shownAtOnce,
        ...(permission === undefined ? {} : { permission }),
        ...(q === '' ? {} : { q }),
      }
      const { items, nextCursor } = await api.listMembers({ query, signal })
      return { people: items.filter(({ disabledAt }) => disabledAt === null), isMany: nextCursor !== null }
    },
  })
}

import type { Operations } from '@afterai/client'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** Who reads the page: name, role, permissions, tenants. */
export type Me = Operations['getMe']['answer']
/** A permission that a role may hold. */
export type Permission = Me['permissions'][number]

/** The question who reads. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.getMe({ signal }),
  staleTime: 60_000,
})

/** Who reads the page. Only below the session's guard, where it is known. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** Whether the reader may do something: it decides what is drawn; what is done, the server decides. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe()
  return (permission) => permissions.includes(permission)
}

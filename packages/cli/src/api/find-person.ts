import { memberView } from '@afterai/contract'
import type { Api } from './api.ts'
import { findId } from './find-one.ts'

/** The id of a member, by the id, a part of it, or the address; or by the whole name, where that is enough. @throws {CommandFailure} `failed` */
export async function findPerson(
  api: Api,
  given: string,
  by: 'address' | 'name or address' = 'address',
): Promise<string> {
  const item = memberView.transform((it) => ({ ...it, id: it.accountId }))
  return findId(api, given, {
    noun: 'member',
    list: (it, paging) => it.list('listMembers', item, paging),
    label: ({ email, name }) => (by === 'name or address' && name === given ? name : email),
  })
}

import { type Principal, seesAddress } from '../access/index.ts'

type Reader = Pick<Principal, 'accountId' | 'role'>

/** A person in the section `identities`, as they were when they acted. Records from before addresses were sealed, and service accounts, have none. */
export interface SealedIdentity {
  readonly name: string
  readonly email?: string
}

type SealedIdentities = Readonly<Record<string, SealedIdentity>>

/** Whether the principal may see every address that the section holds. */
export function seesAllAddresses(principal: Reader, identities: SealedIdentities): boolean {
  return Object.entries(identities).every(([id, { email }]) => email === undefined || seesAddress(principal, id))
}

/** The section as a principal may see it: addresses are for admins and auditors, and one's own, as in the list of members. */
export function viewIdentities(principal: Reader, identities: SealedIdentities): SealedIdentities {
  return Object.fromEntries(
    Object.entries(identities).map(([id, { email, ...named }]) => [
      id,
      email === undefined || !seesAddress(principal, id) ? named : { ...named, email },
    ]),
  )
}

/** What of the page of rules is in its address: as of when. */
export interface PolicySearch {
  readonly at?: string
}
/** Where rules are to hold, as the address of the form says. */
export interface ScopeSearch {
  readonly system?: string
  readonly environment?: string
}

/** Reads as of when rules are asked for; what is no instant is left out. */
export function readPolicySearch({ at }: Record<string, unknown>): PolicySearch {
  return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at: new Date(at).toISOString() } : {}
}

/** Reads where rules are to hold. */
export function readScopeSearch({ system, environment }: Record<string, unknown>): ScopeSearch {
  return {
    ...(typeof system === 'string' && system !== '' ? { system } : {}),
    ...(typeof environment === 'string' && environment !== '' ? { environment } : {}),
  }
}

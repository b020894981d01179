import type { Operations } from '@afterai/client'

type Found = Operations['testIdentityProvider']['answer']

/** A step of a test: what was found, and whether it is as it should be. `missing` isn't needed. */
export interface Step {
  readonly words: string
  readonly state: 'right' | 'missing' | 'wrong'
}

/** What a provider said of itself, step by step. What is missing and isn't needed is told as that. */
export function testSteps({ issuer, authorizationEndpoint, signingAlgorithms, namesIssuer, signsOut }: Found): Step[] {
  return [
    { words: `It answers, and is ${issuer}`, state: 'right' },
    authorizationEndpoint === ''
      ? { words: 'It names no page to sign in on', state: 'wrong' }
      : { words: `People sign in at ${authorizationEndpoint}`, state: 'right' },
    signingAlgorithms.length === 0
      ? { words: 'It names no algorithm that it signs with', state: 'missing' }
      : { words: `It signs with ${signingAlgorithms.join(', ')}`, state: 'right' },
    namesIssuer
      ? { words: 'It names itself in its answers, so that none can be passed off as another’s', state: 'right' }
      : { words: 'It doesn’t name itself in its answers (RFC 9207)', state: 'missing' },
    signsOut
      ? { words: 'Signing out here can sign out there', state: 'right' }
      : { words: 'Signing out here leaves its own session open', state: 'missing' },
  ]
}

/** Words apart by commas or spaces. */
export function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

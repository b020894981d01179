import { useEffect, useRef } from 'react'
import { api } from '../api/client.ts'
import { askForPasskey, type Assertion, hasPasskeys } from './passkey.ts'

/** Before a challenge is too old to be answered, another one takes its place. */
const renewedAfterMs = 4 * 60_000

/**
 * Has the browser offer passkeys where the address is typed, for as long as the form stands there (conditional mediation, Web
 * Authentication Level 3, §5.1.4). Nobody asked for it, so nothing is said where it doesn't work.
 * @param onGiven takes what the reader picked
 * @returns what takes the offer back: a browser asks for one passkey at a time
 */
export function useOfferedPasskey(onGiven: (assertion: Assertion) => void): () => void {
  const given = useRef(onGiven)
  const offer = useRef<AbortController>(undefined)
  useEffect(() => {
    given.current = onGiven
  }, [onGiven])
  useEffect(() => {
    const begin = (): void => {
      offer.current?.abort()
      offer.current = new AbortController()
      void offerPasskey(offer.current.signal).then((assertion) =>
        assertion === undefined ? undefined : given.current(assertion),
      )
    }
    begin()
    const timer = setInterval(begin, renewedAfterMs)
    return () => {
      clearInterval(timer)
      offer.current?.abort()
    }
  }, [])
  return () => offer.current?.abort()
}

/** What the reader picked; undefined where passkeys can't be offered, or the offer was taken back. */
async function offerPasskey(signal: AbortSignal): Promise<Assertion | undefined> {
  try {
    if (!hasPasskeys() || !(await PublicKeyCredential.isConditionalMediationAvailable())) return undefined
    return await askForPasskey(await api.getSignInPasskeyOptions({ body: {}, signal }), { conditional: true, signal })
  } catch {
    return undefined
  }
}

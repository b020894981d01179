import type { Page } from 'playwright-core'

/** A passkey holder of the browser's own, built in software: it says yes to whatever asks, for as long as it is let. */
export interface VirtualAuthenticator {
  /** Whether whoever holds it confirms who they are. */
  verifies(is: boolean): Promise<void>
  /** How many passkeys it holds. */
  count(): Promise<number>
}

/** Adds one to a page, by the browser's own protocol (Web Authentication Level 3, §11). */
export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    verifies: async (isUserVerified) =>
      void (await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    count: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  }
}

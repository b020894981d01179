import { env } from 'node:process'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'
import { findChromium } from './system-tools.ts'

const flags = [
  // Root can't have the sandbox, and what is opened is the tests' own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts Debian's Chromium without a window, with a profile of its own that goes when it is closed. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions())
}

/** How it is started, for whoever starts it in another way. @throws Error where it isn't installed */
export function chromiumOptions(): LaunchOptions & { readonly args: string[] } {
  const found = findChromium()
  if (found === undefined) {
    throw new Error("This test needs Debian's Chromium (apt-get install chromium); `npm test` unpacks it where it may.")
  }
  const { path, libraryPath } = found
  return {
    executablePath: path,
    headless: true,
    args: flags,
    env: { PATH: env['PATH'] ?? '', ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }) },
  }
}

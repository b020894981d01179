import { createTrust, RecordError, type Trust, verificationLimits } from '@afterai/record'

/** What came of keys as text: ready for use, or a sentence that says what is wrong with them. */
export type ReadKeys =
  | { readonly trust: Trust; readonly fault?: undefined }
  | { readonly trust?: undefined; readonly fault: string }

/** Name and key of a log as one word: `<name>+<key id>+<key>`. */
const vkey = /^[^+\s]+\+[0-9a-f]{8}\+\S+$/

/** Reads the keys in a text, in any order: public keys of records in PEM, and vkeys of logs, each on a line. */
export function readKeys(text: string): ReadKeys {
  const hasRecordKey = text.includes('-----BEGIN PUBLIC KEY-----')
  const logVkeys = vkeysIn(text)
  if (!hasRecordKey && logVkeys.length === 0) return { fault: 'This holds no key: paste record-key.pem and log.vkey.' }
  if (!hasRecordKey) return { fault: 'The record key is missing: a block that begins with -----BEGIN PUBLIC KEY-----.' }
  if (logVkeys.length === 0) return { fault: 'The key of the log is missing: a line of the form name+id+key.' }
  try {
    return { trust: createTrust({ recordKeys: [text], logVkeys }) }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    return { fault: `These keys cannot be used: ${error.message}.` }
  }
}

/** Whether a file is one with keys rather than a bundle: small, and with a key in it. */
export function looksLikeKeys(bytes: Uint8Array): boolean {
  if (bytes.length > verificationLimits.pinnedBytes) return false
  const text = new TextDecoder().decode(bytes)
  return text.includes('-----BEGIN PUBLIC KEY-----') || vkeysIn(text).length > 0
}

/** The names of the logs whose keys are in a text. */
export function logsIn(text: string): string[] {
  return vkeysIn(text).map((line) => line.slice(0, line.indexOf('+')))
}

function vkeysIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => vkey.test(line))
}

const place = 'afterai.pinned-keys'

/** Takes out the keys that this browser was asked to remember; empty where there are none, or where it keeps nothing. */
export function rememberedKeys(): string {
  try {
    return localStorage.getItem(place) ?? ''
  } catch {
    return ''
  }
}

/** Remembers keys in this browser, or forgets what it remembers. False where the browser keeps nothing. */
export function rememberKeys(text: string | undefined): boolean {
  try {
    if (text === undefined) localStorage.removeItem(place)
    else localStorage.setItem(place, text)
    return true
  } catch {
    return false
  }
}

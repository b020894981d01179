import { api } from '../api/client.ts'
import { toWords } from '../api/problem-words.ts'

/**
 * The keys of the tenant's log and records, as text.
 * @throws Error with what went wrong, in words
 */
export async function serverKeys(): Promise<string> {
  try {
    const { logVkey, recordKeys } = await api.getLogKeys()
    return [...recordKeys.map(({ pem }) => pem.trimEnd()), logVkey, ''].join('\n')
  } catch (error) {
    const { title, remedy } = toWords(error)
    throw new Error(`${title}. ${remedy}`, { cause: error })
  }
}

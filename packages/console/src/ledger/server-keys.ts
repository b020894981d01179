import { ApiProblem } from '@afterai/client'
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
    if (error instanceof ApiProblem && error.status === 401)
      throw new Error('The server gives its keys to those who are signed in. Sign in first, or paste keys.', {
        cause: error,
      })
    const { title, remedy } = toWords(error)
    throw new Error(`${title}. ${remedy}`, { cause: error })
  }
}

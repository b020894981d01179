import { api } from '../api/client.ts'

/** Asks the server for the keys of the tenant's log and records, and answers them as text, as a reader would paste them. */
export async function serverKeys(): Promise<string> {
  const { logVkey, recordKeys } = await api.getLogKeys()
  return [...recordKeys.map(({ pem }) => pem.trimEnd()), logVkey, ''].join('\n')
}

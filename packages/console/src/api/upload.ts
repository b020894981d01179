import type { Client } from '@afterai/client'
import { apiBy } from './client.ts'
import { bySession, type Sender } from './session-fetch.ts'

/** The API, telling how much of a body has been sent, 0 to 1: what `fetch` doesn't tell. */
export function apiWithProgress(tell: (share: number) => void): Client {
  return apiBy(bySession(senderWithProgress(tell)))
}

function senderWithProgress(tell: (share: number) => void): Sender {
  return (address, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      const leave = (): void => request.abort()
      request.open(method, address)
      request.responseType = 'arraybuffer'
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      request.upload.addEventListener('progress', ({ loaded, total }) => tell(total === 0 ? 0 : loaded / total))
      request.addEventListener('load', () => {
        const { status, response } = request
        resolve(
          new Response(status === 204 ? null : (response as ArrayBuffer), { status, headers: headersOf(request) }),
        )
      })
      request.addEventListener('error', () => reject(new TypeError('The request was not answered.')))
      request.addEventListener('abort', () => reject(signal.reason as Error))
      request.addEventListener('loadend', () => signal.removeEventListener('abort', leave))
      if (signal.aborted) return reject(signal.reason as Error)
      signal.addEventListener('abort', leave)
      return request.send((body ?? null) as XMLHttpRequestBodyInit | null)
    })
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers()
  for (const line of request.getAllResponseHeaders().trim().split('\r\n')) {
    const at = line.indexOf(':')
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim())
  }
  return headers
}

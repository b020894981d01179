import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ApiProblem, createApi } from '../src/api/index.ts'

test('a typed call fills the path, the query and the body, and a refusal is a problem with its code', async () => {
  const seen: unknown[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { authorization, 'idempotency-key': key, 'content-type': type } = request.headers
      seen.push([request.method, request.url, body, authorization, key, type])
      if (request.url?.includes('tile') === true)
        return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.of(0, 255))
      if (request.method === 'DELETE') return response.writeHead(204).end()
      if (request.url?.endsWith('dismiss') === true)
        return response
          .writeHead(409, { 'content-type': 'application/problem+json' })
          .end('{"code":"conflict","title":"Conflict","detail":"It is settled."}')
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"nextCursor":null}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const api = createApi({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, apiKey: 'k' })
  expect(await api('GET /v1/changes', { query: { status: 'pending', limit: 5 } })).toEqual({
    items: [],
    nextCursor: null,
  })
  expect(await api('GET /v1/log/tile/{*}', { path: { '*': '0/x 1' } })).toEqual(Uint8Array.of(0, 255))
  expect(await api('DELETE /v1/api-keys/{id}', { path: { id: 'a/b' } })).toBeUndefined()
  const dismissal = api('POST /v1/changes/{id}/dismiss', {
    path: { id: 'c' },
    body: { reason: 'no' },
    idempotencyKey: 'once',
  })
  const problem = await dismissal.catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(ApiProblem)
  expect(problem).toMatchObject({ status: 409, code: 'conflict', message: 'Conflict: It is settled.' })
  expect(seen).toEqual([
    ['GET', '/v1/changes?status=pending&limit=5', '', 'Bearer k', undefined, undefined],
    ['GET', '/v1/log/tile/0/x%201', '', 'Bearer k', undefined, undefined],
    ['DELETE', '/v1/api-keys/a%2Fb', '', 'Bearer k', undefined, undefined],
    ['POST', '/v1/changes/c/dismiss', '{"reason":"no"}', 'Bearer k', 'once', 'application/json'],
  ])
  await new Promise((resolve) => server.close(resolve))
})

import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { isLoopback } from './configuration-kinds.ts'

/** Whether people reach the server by https alone. */
export function isHttps(publicUrl: string | undefined): boolean {
  return publicUrl?.startsWith('https:') === true
}

/** The origin for links and redirects. Without one that is configured, only what the machine itself asked for is believed. */
export function originFrom(publicOrigin: string | undefined): (request: FastifyRequest) => string {
  return ({ protocol, host, hostname }) => {
    if (publicOrigin !== undefined) return publicOrigin
    if (isLoopback(hostname)) return `${protocol}://${host}`
    throw new ProblemError('invalid_request', { detail: 'the server doesn’t know its address: set AFTERAI_PUBLIC_URL' })
  }
}

/** The site of a server that listens there: browsers make passkeys for names and not for addresses, and take `localhost` for a secure one. */
export function listeningSite(listeningOrigin: string): string {
  const { port } = new URL(listeningOrigin)
  return `http://localhost:${port}`
}

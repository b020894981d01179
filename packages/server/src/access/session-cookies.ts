import { isHttps } from '../platform/public-origin.ts'

/** How session cookies are named and whether they need TLS. */
export interface SessionCookies {
  readonly sessionCookie: string
  readonly refreshCookie: string
  readonly secure: boolean
}

/** The cookies of a site: by https no other host of its domain can set them. */
export function sessionCookies(publicUrl: string | undefined): SessionCookies {
  const secure = isHttps(publicUrl)
  const prefix = secure ? '__Host-' : ''
  return { sessionCookie: `${prefix}afterai_session`, refreshCookie: `${prefix}afterai_refresh`, secure }
}

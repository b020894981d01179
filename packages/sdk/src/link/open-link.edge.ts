import type { SenderOptions } from '../messages.ts'
import type { Shared } from '../shared.ts'
import type { Link } from './link.ts'
import { localLink } from './local-link.ts'
import type { Listener } from './open-link.ts'

/** The one way there is at the edge. It takes the place of open-link.ts in that build, which so carries no thread. */
export function openLink(options: SenderOptions, shared: Shared, { tell }: Listener): Link {
  return localLink(options, shared, tell)
}

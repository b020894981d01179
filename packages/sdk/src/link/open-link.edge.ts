import type { SenderOptions } from '../messages.ts'
import type { Shared } from '../shared/memory.ts'
import type { Link, Listener } from './link.ts'
import { localLink } from './local-link.ts'

/** The one way there is at the edge. It takes the place of open-link.ts in that build, which so carries no thread. */
export function openLink(options: SenderOptions, shared: Shared, listener: Listener): Link {
  return localLink(options, shared, listener)
}

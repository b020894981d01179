import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The operating system account that PostgreSQL runs under. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account that owns nothing: `nobody`. A number, since its group's name differs between systems. */
const unprivileged: Account = { uid: 65534, gid: 65534 }

/**
 * The account to run PostgreSQL as, or undefined for the current one.
 * PostgreSQL refuses to run as root, so root gives way to whoever already owns the cluster, or to nobody.
 */
export function serverAccount(clusterDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (!existsSync(clusterDir)) return unprivileged
  const owner = statSync(clusterDir)
  return owner.uid === 0 ? unprivileged : { uid: owner.uid, gid: owner.gid }
}

/** Whether the account may pass through every directory from the root down to `path`, itself included. */
export function canReach(path: string, account: Account | undefined): boolean {
  if (account === undefined) return true
  for (let directory = path; ; directory = dirname(directory)) {
    if (existsSync(directory) && !maySearch(directory, account)) return false
    if (directory === dirname(directory)) return true
  }
}

function maySearch(directory: string, account: Account): boolean {
  const { uid, gid, mode } = statSync(directory)
  if (uid === account.uid) return (mode & 0o100) !== 0
  if (gid === account.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}

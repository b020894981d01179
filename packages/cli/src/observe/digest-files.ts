import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { configuration, type Configuration, type digestKeyView } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { LocalConfiguration } from './read-configuration.ts'

/** The tenant's key for digests. */
export type DigestKey = z.infer<typeof digestKeyView>

/** Reads a file's bytes. @throws {CommandFailure} `failed` if it can't be read */
export type ReadBytes = (path: string) => Promise<Uint8Array>

/** Parts of a configuration that come from elsewhere than files. */
export type MoreParts = Pick<Configuration, 'prompts' | 'tools'>

/**
 * The configuration as it may leave this machine: for each file its keyed digest, never its text (P1.3).
 * @throws {CommandFailure} `failed` if one can't be read or isn't UTF-8, `usage` if there are more parts than a configuration holds
 */
export async function digestConfiguration(
  local: LocalConfiguration,
  key: DigestKey,
  { read = readWorkingTree, more }: { read?: ReadBytes; more?: MoreParts } = {},
): Promise<Configuration> {
  const { model, inference, others } = local
  const [prompts, tools] = await Promise.all([
    digestFiles(local.prompts, key, read) as Promise<unknown[]>,
    digestFiles(local.tools, key, read) as Promise<unknown[]>,
  ])
  const whole = configuration.safeParse({
    model,
    inference,
    prompts: [...prompts, ...(more?.prompts ?? [])],
    tools: [...tools, ...(more?.tools ?? [])],
    ...((await digestFiles(others, key, read)) as object),
  })
  if (whole.success) return whole.data
  throw new CommandFailure('usage', 'The configuration cannot be told.', {
    lines: whole.error.issues.map((it) => `  /${it.path.map(String).join('/')}: ${it.message}`),
  })
}

/** The absolute paths of all files that a configuration names. */
export function filesOf({ prompts, tools, others }: LocalConfiguration): string[] {
  const found: string[] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [member, it] of Object.entries(value)) {
      if (member === 'file' && typeof it === 'string') found.push(it)
      else look(it)
    }
  }
  look([prompts, tools, others])
  return found
}

/** The same value, with the digest of each part's file in its place. */
async function digestFiles(value: unknown, key: DigestKey, read: ReadBytes): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((it: unknown) => digestFiles(it, key, read)))
  if (typeof value !== 'object' || value === null) return value
  const members = await Promise.all(
    Object.entries(value).map(async ([member, it]: [string, unknown]): Promise<[string, unknown]> => {
      if (member !== 'file' || typeof it !== 'string') return [member, await digestFiles(it, key, read)]
      const bytes = await read(it)
      if (!isUtf8(bytes)) throw new CommandFailure('failed', `${it} is not UTF-8 text.`)
      return ['digest', digestBytes(bytes, key)]
    }),
  )
  return Object.fromEntries(members)
}

/** HMAC-SHA-256 over UTF-8 bytes as they are: a changed line ending is a change. */
export function digestBytes(bytes: Uint8Array, { key, keyId }: DigestKey): string {
  const digest = createHmac('sha256', Buffer.from(key, 'base64')).update(bytes).digest('hex')
  return `hmac-sha256:${keyId}:${digest}`
}
/** No more is read of a file: it may be a device without an end. */
const mostBytes = 16 * 1024 * 1024

async function readWorkingTree(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > mostBytes) break
    }
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
  if (size > mostBytes) throw new CommandFailure('failed', `${path} is larger than 16 MiB.`)
  return Buffer.concat(chunks)
}

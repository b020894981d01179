import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Configuration, digestKeyView } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { LocalConfiguration } from './read-configuration.ts'

/** The tenant's key for digests. */
export type DigestKey = z.infer<typeof digestKeyView>

/** The configuration as it may leave this machine: for each file its keyed digest, never its text (P1.3). */
export async function digestConfiguration(local: LocalConfiguration, key: DigestKey): Promise<Configuration> {
  return {
    model: local.model,
    inference: local.inference,
    prompts: await digestFiles(local.prompts, key),
    tools: await digestFiles(local.tools, key),
  }
}

/**
 * HMAC-SHA-256 over the file's UTF-8 bytes as they are: a changed line ending is a change.
 * @throws {CommandFailure} `failed` if it can't be read or isn't UTF-8
 */
export async function digestFile(path: string, { key, keyId }: DigestKey): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure('failed', `${path} cannot be read (${cause.code}).`, { cause })
  })
  if (!isUtf8(bytes)) throw new CommandFailure('failed', `${path} is not UTF-8 text.`)
  const digest = createHmac('sha256', Buffer.from(key, 'base64')).update(bytes).digest('hex')
  return `hmac-sha256:${keyId}:${digest}`
}

async function digestFiles(
  paths: ReadonlyMap<string, string>,
  key: DigestKey,
): Promise<{ name: string; digest: string }[]> {
  const sorted = [...paths].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Promise.all(sorted.map(async ([name, path]) => ({ name, digest: await digestFile(path, key) })))
}

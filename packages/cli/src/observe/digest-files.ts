import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Configuration, digestKeyView } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { LocalConfiguration } from './read-configuration.ts'

/** The tenant's key for digests. */
export type DigestKey = z.infer<typeof digestKeyView>

/** Reads a file's bytes. @throws {CommandFailure} `failed` if it can't be read */
export type ReadBytes = (path: string) => Promise<Uint8Array>

/**
 * The configuration as it may leave this machine: for each file its keyed digest, never its text (P1.3).
 * @param read where the files are read: the working tree, unless told otherwise
 * @throws {CommandFailure} `failed` if one can't be read or isn't UTF-8
 */
export async function digestConfiguration(
  local: LocalConfiguration,
  key: DigestKey,
  read: ReadBytes = readWorkingTree,
): Promise<Configuration> {
  const digestFiles = async (paths: ReadonlyMap<string, string>): Promise<{ name: string; digest: string }[]> => {
    const sorted = [...paths].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Promise.all(sorted.map(async ([name, path]) => ({ name, digest: digestBytes(path, await read(path), key) })))
  }
  return {
    model: local.model,
    inference: local.inference,
    prompts: await digestFiles(local.prompts),
    tools: await digestFiles(local.tools),
  }
}

/** HMAC-SHA-256 over the file's UTF-8 bytes as they are: a changed line ending is a change. */
function digestBytes(path: string, bytes: Uint8Array, { key, keyId }: DigestKey): string {
  if (!isUtf8(bytes)) throw new CommandFailure('failed', `${path} is not UTF-8 text.`)
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

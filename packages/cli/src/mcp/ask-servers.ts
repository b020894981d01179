import { CommandFailure } from '../command-failure.ts'
import type { DigestKey, MoreParts } from '../observe/digest-files.ts'
import type { McpConnection } from './json-rpc.ts'
import { listTools } from './list-tools.ts'
import type { McpServer } from './mcp-server.ts'
import { connectProgram } from './stdio.ts'
import { connectAddress } from './streamable-http.ts'
import { partsOf } from './tool-parts.ts'

/** Whose environment servers get, and what is allowed on the way to them. */
export interface AskOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly insecureHttp?: boolean | undefined
  readonly timeoutMs?: number | undefined
}

/** What the servers said, as parts of a configuration, and what a person should hear of it. */
export interface Asked {
  readonly parts: MoreParts
  readonly remarks: readonly string[]
}

/**
 * Asks all servers at once for their tools. None is left out: without its tools, the configuration would be another one.
 * @throws {CommandFailure} `usage` or `failed`, of the first by name that can't be asked
 */
export async function askServers(
  servers: ReadonlyMap<string, McpServer>,
  key: DigestKey,
  options: AskOptions,
): Promise<Asked> {
  const sorted = [...servers].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const connections = sorted.map(
    ([name, server]) =>
      () =>
        connect(name, server, options),
  )
  const settled = await Promise.allSettled(
    connections.map(async (open, n) => {
      const name = sorted[n]?.[0] ?? ''
      return { name, ...partsOf(name, await listTools(name, open()), key) }
    }),
  )
  const asked = settled.map((it) => {
    if (it.status === 'rejected') throw it.reason
    return it.value
  })
  return {
    parts: { prompts: asked.flatMap((it) => it.prompts), tools: asked.flatMap((it) => it.tools) },
    remarks: asked.flatMap(({ name, renamed, tools }) => [
      `${name}: ${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`,
      ...(renamed === 0 ? [] : [`${name}: ${renamed} of them told as tool-..., since their names could be any text`]),
    ]),
  }
}

function connect(name: string, server: McpServer, { env, insecureHttp = false, timeoutMs }: AskOptions): McpConnection {
  if ('command' in server) {
    const { command, args, folder } = server
    return connectProgram({ name, command, args, env: server.env, folder }, env, timeoutMs)
  }
  const { url, bearerFrom } = server
  const bearer = bearerFrom === undefined ? undefined : env[bearerFrom]
  if (bearerFrom !== undefined && !bearer)
    throw new CommandFailure('usage', `The token for the MCP server ${name} is missing: ${bearerFrom} is not set.`, {
      remedy: `Set ${bearerFrom} in the environment.`,
    })
  return connectAddress({ name, url, bearer, insecureHttp }, timeoutMs)
}

import { type Configuration, digestKeyView } from '@afterai/contract'
import { CommandFailure } from '../command-failure.ts'
import { askServers } from '../mcp/ask-servers.ts'
import { digestConfiguration, type DigestKey } from '../observe/digest-files.ts'
import { type ConfigurationOptions, type LocalConfiguration, readConfiguration } from '../observe/read-configuration.ts'
import { during, type ServerContext } from './leaf.ts'

/** Options that describe a configuration, and say whether MCP servers are asked. */
export interface TellingOptions extends ConfigurationOptions {
  readonly mcp?: boolean
  readonly insecureHttp?: boolean
}

/** The tenant's key for digests. */
export async function readDigestKey({ api }: ServerContext): Promise<DigestKey> {
  return (await api.call('getDigestKey', digestKeyView)).value
}

/**
 * The configuration that options describe, with digests in the place of texts, and the tools of its MCP servers if they are to be asked.
 * @throws {CommandFailure} `usage` if something is missing or malformed, `failed` if a file or a server can't be read
 */
export async function tellConfiguration(context: ServerContext, options: TellingOptions): Promise<Configuration> {
  // Read before anything is asked of the server: a faulty file costs no request.
  const local = await readConfiguration(options)
  const isAsked = isToAsk(local, options)
  const key = await readDigestKey(context)
  if (!isAsked) return digestConfiguration(local, key)
  const { env } = context.world
  const { parts, remarks } = await during(context, 'asking MCP servers', () =>
    askServers(local.mcp, key, { env, insecureHttp: options.insecureHttp }),
  )
  for (const remark of remarks) context.out.remark(remark)
  return digestConfiguration(local, key, { more: parts })
}

/** Servers that are named and not asked would look as if their tools were gone: somebody has to say that they are to be left out. */
function isToAsk({ mcp }: LocalConfiguration, options: TellingOptions): boolean {
  const isNamedHere = options.mcpCommand !== undefined || options.mcpUrl !== undefined
  const isAsked = options.mcp ?? isNamedHere
  if (isAsked && mcp.size === 0)
    throw new CommandFailure('usage', 'No MCP server is named.', {
      remedy: 'Name one under mcp: in the file of --from, or by --mcp-command or --mcp-url.',
    })
  if (!isAsked && options.mcp === undefined && mcp.size > 0)
    throw new CommandFailure('usage', `The file names MCP servers: ${[...mcp.keys()].join(', ')}.`, {
      remedy: 'Give --mcp to ask them for their tools, or --no-mcp to leave them out.',
    })
  return isAsked
}

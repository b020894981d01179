import packageJson from '../../package.json' with { type: 'json' }
import { z } from 'zod'
import type { CommandFailure } from '../command-failure.ts'
import { type McpConnection, noAnswer, RpcRefusal } from './json-rpc.ts'

/** The revisions of the protocol that are spoken: the newest with a handshake, and the one that needs none. */
const withHandshake = '2025-11-25'
const withoutHandshake = '2026-07-28'

const mostTools = 256
const mostPages = 64

const hint = z.boolean().optional()
const listedTool = z.object({
  name: z.string().min(1),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.unknown().optional(),
  outputSchema: z.unknown().optional(),
  annotations: z
    .object({
      title: z.string().optional(),
      readOnlyHint: hint,
      destructiveHint: hint,
      idempotentHint: hint,
      openWorldHint: hint,
    })
    .optional(),
})

/** A tool as a server lists it. */
export type ListedTool = z.infer<typeof listedTool>

/** What a server says of itself: its version, its instructions to the model, and its tools. */
export interface Listing {
  readonly version: string | undefined
  readonly instructions: string | undefined
  readonly tools: readonly ListedTool[]
}

const introduction = z.object({
  protocolVersion: z.string().optional(),
  serverInfo: z.object({ version: z.string().optional() }).optional(),
  instructions: z.string().optional(),
  capabilities: z.record(z.string(), z.unknown()).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
})
const page = z.object({ tools: z.array(listedTool), nextCursor: z.string().nullish() })

/**
 * Asks a server for its tools, page by page, and closes the connection.
 * @throws {CommandFailure} `failed` if it doesn't answer, refuses, or lists what are no tools
 */
export async function listTools(server: string, connection: McpConnection): Promise<Listing> {
  try {
    const { said, more } = await introduce(connection)
    const { version } = said.serverInfo ?? {}
    const isWithTools = said.capabilities === undefined || said.capabilities['tools'] !== undefined
    const tools = isWithTools ? await allPages(server, connection, more) : []
    return { version, instructions: said.instructions, tools }
  } catch (error) {
    if (error instanceof RpcRefusal) throw refused(server, error)
    if (error instanceof z.ZodError) throw malformed(server, 'what is no list of tools')
    throw error
  } finally {
    await connection.close()
  }
}

type Introduction = z.infer<typeof introduction>

/** Opens the conversation: by the handshake or, with a server that has none any more, by asking what it is. `more` goes with each request. */
async function introduce(connection: McpConnection): Promise<{ said: Introduction; more: object }> {
  const clientInfo = { name: 'afterai', version: packageJson.version }
  try {
    const asked = { protocolVersion: withHandshake, capabilities: {}, clientInfo }
    const said = introduction.parse(await connection.request('initialize', asked))
    connection.speak(said.protocolVersion ?? withHandshake)
    await connection.notify('notifications/initialized')
    return { said, more: {} }
  } catch (error) {
    if (!(error instanceof RpcRefusal) || [401, 403].includes(error.code)) throw error
    connection.speak(withoutHandshake)
    const more = {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': withoutHandshake,
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': clientInfo,
      },
    }
    return { said: discovered(await connection.request('server/discover', more)), more }
  }
}

/** Where a server without handshake says who it is: beside the result, or in its `_meta`. */
function discovered(result: unknown): Introduction {
  const said = introduction.parse(result)
  const serverInfo = said.serverInfo ?? said._meta?.['io.modelcontextprotocol/serverInfo']
  return introduction.parse({ ...said, serverInfo })
}

async function allPages(server: string, connection: McpConnection, more: object): Promise<ListedTool[]> {
  const tools: ListedTool[] = []
  const cursors = new Set<string>()
  for (let cursor: string | undefined; ;) {
    const asked = cursor === undefined ? more : { ...more, cursor }
    const { tools: some, nextCursor } = page.parse(await connection.request('tools/list', asked))
    tools.push(...some)
    if (tools.length > mostTools) throw malformed(server, `more than ${mostTools} tools, which no configuration holds`)
    if (nextCursor === undefined || nextCursor === null || nextCursor === '') return tools
    if (cursors.has(nextCursor) || cursors.size === mostPages) throw malformed(server, 'pages without an end')
    cursors.add(nextCursor)
    cursor = nextCursor
  }
}

function malformed(server: string, what: string): CommandFailure {
  return noAnswer(server, `listed ${what}`, 'Tell whoever makes it; until then, leave it out.')
}

function refused(server: string, { code }: RpcRefusal): CommandFailure {
  const isToken = code === 401 || code === 403
  return noAnswer(
    server,
    `refused to tell its tools (${code})`,
    isToken
      ? 'It wants a token: name the variable that holds one with bearerFrom, in the file.'
      : 'Is it an MCP server that speaks Streamable HTTP, or stdio?',
  )
}

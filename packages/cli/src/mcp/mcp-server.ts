import { resolve } from 'node:path'
import { name } from '@afterai/contract'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')

/** An MCP server as `afterai.yaml` names it: a command to run, or an address. Secrets stay in the environment: it names the variables. */
export const mcpServer = z.union(
  [
    z.strictObject({
      command: z.string().min(1),
      args: z.array(z.string()).max(64).default([]),
      /** Variables that the command gets besides those of every program. */
      env: z.array(variable).max(64).default([]),
    }),
    z.strictObject({
      url: z.string().min(1).max(2048),
      /** The variable that holds the token to send. */
      bearerFrom: variable.optional(),
    }),
  ],
  { error: 'either command, args and env, or url and bearerFrom' },
)

/** An MCP server that can be asked: a program beside its working folder, or an address. */
export type McpServer = z.infer<typeof mcpServer> & { readonly folder: string }

/**
 * The servers of a file and of options, by name; options win.
 * @throws {CommandFailure} `usage` if an option isn't NAME=COMMAND or NAME=URL
 */
export function mcpServersOf(
  file: Readonly<Record<string, z.infer<typeof mcpServer>>>,
  folder: string,
  { mcpCommand = [], mcpUrl = [] }: { mcpCommand?: readonly string[]; mcpUrl?: readonly string[] },
): ReadonlyMap<string, McpServer> {
  const here = resolve('.')
  const inFile = Object.entries(file).map(([key, server]): Named => [key, { ...server, folder: resolve(folder) }])
  const commands = mcpCommand.map((text): Named => {
    const [key, line] = named('--mcp-command', text, 'handbook="npx -y @acme/handbook-mcp"')
    const [command = '', ...args] = line.split(/\s+/)
    return [key, { command, args, env: [], folder: here }]
  })
  const addresses = mcpUrl.map((text): Named => {
    const [key, url] = named('--mcp-url', text, 'handbook=https://mcp.example.com/mcp')
    return [key, { url, folder: here }]
  })
  return new Map([...inFile, ...commands, ...addresses])
}

type Named = [name: string, server: McpServer]

function named(option: string, text: string, example: string): [key: string, value: string] {
  const [key = '', ...rest] = text.split('=')
  const value = rest.join('=').trim()
  if (name.safeParse(key).success && value !== '') return [key, value]
  throw new CommandFailure('usage', `${option} takes a name and what it stands for, like ${option} ${example}.`)
}

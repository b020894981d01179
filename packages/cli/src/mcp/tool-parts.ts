import { name as nameForm, version as versionForm } from '@afterai/contract'
import { canonicalJson } from '@afterai/record'
import type { z } from 'zod'
import { defined } from '../observe/defined.ts'
import { type DigestKey, digestBytes, type MoreParts } from '../observe/digest-files.ts'
import type { ListedTool, Listing } from './list-tools.ts'

/** Parts of a configuration that an MCP server is, and how many of its names aren't kept as they are. */
export interface ServerParts extends MoreParts {
  readonly renamed: number
}

/**
 * The tools of a server as parts of a configuration: what it says of a tool becomes a digest, so that a word that changes is seen and none is
 * told. Its instructions go into the prompt of whoever uses it, and are a prompt here.
 */
export function partsOf(server: string, { version, instructions, tools }: Listing, key: DigestKey): ServerParts {
  const kept = tools.map((tool) => keptName(tool.name, nameForm, 'tool', key))
  const serverVersion = version === undefined ? undefined : keptName(version, versionForm, 'version', key)
  return {
    renamed: kept.filter((it, n) => it !== tools[n]?.name).length,
    prompts:
      instructions === undefined ? [] : [{ name: `mcp:${server}`.slice(0, 128), digest: digestOf(instructions, key) }],
    tools: tools.map((tool, n) => ({
      name: kept[n] ?? '',
      digest: digestOf(canonicalJson(definitionOf(tool)), key),
      server,
      ...defined({ serverVersion, ...hintsOf(tool) }),
    })),
  }
}

/** All of a tool that a model reads. */
function definitionOf({ name, title, description, inputSchema, outputSchema, annotations }: ListedTool): object {
  return defined({ name, title: title ?? annotations?.title, description, inputSchema, outputSchema })
}

function hintsOf({ annotations = {} }: ListedTool): Record<string, boolean | undefined> {
  return {
    readOnly: annotations.readOnlyHint,
    destructive: annotations.destructiveHint,
    idempotent: annotations.idempotentHint,
    openWorld: annotations.openWorldHint,
  }
}

/** A name as it is, if it is one; else one that is made of its digest: it could be any text. */
function keptName(text: string, form: z.ZodType<string>, kind: string, key: DigestKey): string {
  return form.safeParse(text).success ? text : `${kind}-${digestOf(text, key).slice(-64, -48)}`
}

function digestOf(text: string, key: DigestKey): string {
  return digestBytes(Buffer.from(text), key)
}

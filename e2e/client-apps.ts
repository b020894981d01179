import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env as ownEnvironment, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'

const apps = fileURLToPath(new URL('telemetry-clients', import.meta.url))

/** An app in `telemetry-clients/`, and what its instrumentation is known to tell. */
export interface ClientApp {
  /** Of the system that it is. */
  readonly name: string
  /** Where it lies. */
  readonly folder: string
  readonly file: string
  readonly parameters?: readonly string[]
  /** Kinds of requests for which it exports a span. */
  readonly tells: ReadonlySet<string>
  /** Of those, the ones that carry the provider's own numbers of tokens. */
  readonly tellsTokens: ReadonlySet<string>
  /** Of those, the ones whose tokens it counts by itself. */
  readonly estimatesTokens: ReadonlySet<string>
  /** Whether the requested and the served model have a name each; where one place holds both, what the provider changes isn't told. */
  readonly namesServed: boolean
  readonly provider: string | null
  /** Left out, its requests have none. */
  readonly route?: string
}

// Where a list says less than another, docs/guides/telemetry.md says so to users.
const told = (...kinds: readonly string[]): ReadonlySet<string> => new Set(kinds)

/** Contents of the telemetry of Vercel's AI SDK, in every version of it. */
const vercelAi = {
  file: 'app.mjs',
  tells: told('stream', 'responses', 'failed'),
  tellsTokens: told('stream', 'responses'),
  estimatesTokens: told(),
  namesServed: true,
  provider: 'openai',
  route: 'answer',
} satisfies Partial<ClientApp>

/** OpenTelemetry's own instrumentation, in its SDK for Node. */
export const openTelemetry: ClientApp = {
  name: 'otel-openai',
  folder: 'otel-openai',
  file: 'app.cjs',
  tells: told('chat', 'stream', 'responses', 'failed'),
  tellsTokens: told('chat', 'stream', 'responses'),
  estimatesTokens: told(),
  namesServed: true,
  provider: 'openai',
}

/** OpenInference's, which leaves the span of a request that fails open, and knows no tokens of a stream. */
export const openInference: ClientApp = {
  name: 'openinference',
  folder: 'openinference',
  file: 'app.mjs',
  tells: told('chat', 'stream', 'responses'),
  tellsTokens: told('chat', 'responses'),
  estimatesTokens: told(),
  namesServed: true,
  provider: 'openai',
}

/** All apps. */
export const clientApps: readonly ClientApp[] = [
  openTelemetry,
  openInference,
  {
    // Leaves the span of a request that fails open, and counts the tokens of a stream by itself.
    name: 'traceloop',
    folder: 'traceloop',
    file: 'app.mjs',
    tells: told('chat', 'stream', 'responses'),
    tellsTokens: told('chat', 'responses'),
    estimatesTokens: told('stream'),
    namesServed: true,
    provider: 'openai',
  },
  {
    // Puts the served name in the place of the requested one, except for a stream, and names no provider.
    name: 'langfuse',
    folder: 'langfuse',
    file: 'app.mjs',
    tells: told('chat', 'stream', 'responses', 'failed'),
    tellsTokens: told('chat', 'stream', 'responses'),
    estimatesTokens: told(),
    namesServed: false,
    provider: null,
  },
  {
    // The same, when the app says what it asks for.
    name: 'langfuse-told',
    folder: 'langfuse',
    file: 'app.mjs',
    parameters: ['gpt-4o'],
    tells: told('chat', 'stream', 'responses', 'failed'),
    tellsTokens: told('chat', 'stream', 'responses'),
    estimatesTokens: told(),
    namesServed: true,
    provider: null,
  },
  {
    name: 'vercel-ai',
    folder: 'vercel-ai',
    ...vercelAi,
  },
  {
    // Version 7 with the names of version 6, which its own package offers to those who move.
    name: 'vercel-ai-legacy',
    folder: 'vercel-ai',
    parameters: ['legacy'],
    ...vercelAi,
  },
  {
    name: 'vercel-ai-6',
    folder: 'vercel-ai-6',
    ...vercelAi,
  },
]

/** Apps of which two instrumentations tell of each request: LangChain's, and that of the library which LangChain uses. */
export const twiceToldApps: readonly Pick<ClientApp, 'name' | 'folder' | 'file'>[] = [
  { name: 'langchain-openinference', folder: 'langchain', file: 'openinference.mjs' },
  { name: 'langchain-traceloop', folder: 'langchain', file: 'traceloop.mjs' },
]

/** Where an app finds its model and where its telemetry goes. */
export interface AppSurroundings {
  readonly modelUrl: string
  readonly afteraiUrl: string
  readonly apiKey: string
  /** The word that the app's texts carry. */
  readonly mark: string
  readonly env?: Readonly<Record<string, string>>
}

/** @throws if `scripts/prepare-tests.ts` couldn't install the apps' packages */
export function requireClientPackages(): void {
  if (existsSync(join(apps, 'node_modules/.package-lock.json'))) return
  throw new Error('The packages of e2e/telemetry-clients are missing: run `npm ci --prefix e2e/telemetry-clients`')
}

/** The end of an app's process: its exit code and its output. */
export interface AppEnding {
  /** Null where it had to be ended. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Parts of an app's description that are needed to run it. */
type Runnable = Pick<ClientApp, 'name' | 'folder' | 'file' | 'parameters'>

/** Runs an app to its end, which flushes its telemetry. */
export function endApp(
  { name, folder, file, parameters = [] }: Runnable,
  { modelUrl, afteraiUrl, apiKey, mark, env = {} }: AppSurroundings,
): Promise<AppEnding> {
  const surroundings = {
    PATH: ownEnvironment['PATH'],
    OPENAI_BASE_URL: modelUrl,
    OPENAI_API_KEY: 'sk-none',
    OTEL_SERVICE_NAME: name,
    OTEL_EXPORTER_OTLP_ENDPOINT: afteraiUrl,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${apiKey}`,
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
    TRACELOOP_BASE_URL: afteraiUrl,
    TRACELOOP_HEADERS: `authorization=Bearer ${apiKey}`,
    LANGFUSE_BASE_URL: new URL(modelUrl).origin,
    LANGFUSE_PUBLIC_KEY: 'pk-lf-none',
    LANGFUSE_SECRET_KEY: 'sk-lf-none',
    ...env,
  }
  return new Promise((resolve) => {
    const options = { cwd: join(apps, folder), env: surroundings, timeout: 60_000 }
    const child = execFile(execPath, [file, mark, ...parameters], options, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, stdout, stderr }),
    )
  })
}

/**
 * Runs an app to its end, and returns what its user saw.
 * @throws if it fails
 */
export async function runApp(app: Runnable, surroundings: AppSurroundings): Promise<unknown> {
  const { exitCode, stdout, stderr } = await endApp(app, surroundings)
  if (exitCode !== 0) throw new Error(`${app.name} ended with ${exitCode}\n${stderr}`)
  return JSON.parse(stdout) as unknown
}

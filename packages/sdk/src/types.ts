import type { Diagnostic } from './diagnostics.ts'

/** How a client is set up. Nothing of it is read from the environment: pass what you want used. */
export interface AfterAIOptions {
  /** An API key with `telemetry:write`, and `digest-key:read` where prompts or tools are observed as text. */
  readonly apiKey: string
  /** Where the server is; `http://127.0.0.1:4680` if left out. Plain http is refused anywhere but on this machine. */
  readonly endpoint?: string
  /** Where these systems run, `production` if left out. */
  readonly environment?: string
  /** Commit or build that was deployed; goes with each observation. */
  readonly revision?: string
  /** The tenant's digest key, if it came with the deployment. Without it the key is fetched when text is first observed. */
  readonly digestKey?: DigestKey
  /** A folder for observations and changes that aren't acknowledged yet, so that they outlive the process. Digests only: texts wait in memory for the digest key. */
  readonly spoolFolder?: string
  /** Certificates (PEM) to trust besides the system's, for a server with a private authority. Node, Deno, Bun. */
  readonly ca?: string
  /** An HTTP proxy, such as `http://proxy:3128`. Node 24.5 or newer. */
  readonly proxy?: string
  /** Allows plain http to another machine: the API key can then be read on the way. */
  readonly allowPlainHttp?: boolean
  /** How long a process that ends waits for a sign of life of the server, 250 ms if left out, 10 s at most; in all six times as long at most. A pipeline may want more. */
  readonly exitWaitMs?: number
  /** Called once per change of state, never on your stack; what it throws is swallowed. Without it nothing is said. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void
}

/** The tenant's digest key, as `GET /v1/digest-key` answers it. */
export interface DigestKey {
  readonly keyId: string
  /** Base64. */
  readonly key: string
}

/** The outcome of one request, as numbers and names alone. Null is as if it were left out. */
export interface Measurement {
  /** The route, feature or slice of the system. */
  readonly route?: string | null | undefined
  /**
   * When the request ended, in ms since 1970 or as a Date. If left out, when it is handed over: a quarter of a second later at most, or when
   * your thread next comes round to its event loop. It is counted by the hour.
   */
  readonly at?: number | Date | null | undefined
  readonly latencyMs?: number | null | undefined
  readonly inputTokens?: number | null | undefined
  readonly outputTokens?: number | null | undefined
  readonly costUsd?: number | null | undefined
  /** A quality score; `name` tells scorers apart. */
  readonly score?: { readonly name: string; readonly value: number } | null | undefined
  readonly finishReason?: string | null | undefined
  readonly error?: boolean | null | undefined
  /** Left out, it is whether the finish reason means a refusal, as the server knows them. */
  readonly refused?: boolean | null | undefined
  /** Whether a judge or a second model agreed. */
  readonly agreed?: boolean | null | undefined
  /** Of the configuration it ran with; that of the one observed last on this handle if left out, and none if that was dropped. */
  readonly fingerprint?: string | null | undefined
}

/** The configuration that a system runs with. Texts of prompts and tools stay in this process: what leaves is their keyed digest. */
export interface ObservedConfiguration {
  readonly model: {
    readonly provider?: string | undefined
    /** The model that is asked for. */
    readonly name: string
    /** The model that the provider says it served. */
    readonly servedName?: string | undefined
    readonly systemFingerprint?: string | undefined
  }
  readonly inference?: {
    readonly temperature?: number | undefined
    readonly topP?: number | undefined
    readonly topK?: number | undefined
    readonly maxTokens?: number | undefined
    readonly frequencyPenalty?: number | undefined
    readonly presencePenalty?: number | undefined
    readonly seed?: number | undefined
    readonly serviceTier?: string | undefined
    readonly reasoningEffort?: string | undefined
  }
  /** Prompts by name: the text, or the text with a version. */
  readonly prompts?: VersionedParts
  /** Tools by name: a definition as plain data (digested as canonical JSON), or text (digested as it is). */
  readonly tools?: Readonly<Record<string, unknown>>
  /** MCP servers by name, with what each lists: `tools: (await client.listTools()).tools`. */
  readonly mcp?: Readonly<Record<string, McpServer>>
  readonly agent?: { readonly name?: string | undefined; readonly version?: string | undefined }
  /** Indexes and corpora that are searched, by name. */
  readonly retrieval?: Readonly<
    Record<
      string,
      | string
      | (VersionedPart & {
          readonly embeddingModel?: string | undefined
          readonly chunkSize?: number | undefined
          readonly chunkOverlap?: number | undefined
          readonly topK?: number | undefined
        })
    >
  >
  readonly guardrails?: VersionedParts
  readonly postProcessing?: VersionedParts
  readonly infrastructure?: {
    readonly region?: string | undefined
    readonly gateway?: string | undefined
    readonly gatewayVersion?: string | undefined
    /** Versions of SDKs and frameworks, by package. */
    readonly packages?: Readonly<Record<string, string>>
  }
  readonly data?: VersionedParts
  /** What the system is evaluated with. */
  readonly evaluation?: {
    readonly datasets?: VersionedParts
    readonly judges?: Readonly<Record<string, string | (VersionedPart & { readonly model?: string | undefined })>>
    readonly scorers?: VersionedParts
  }
  /** Feature flags by name: the variant, or the variant with the flag's version. */
  readonly flags?: Readonly<
    Record<string, string | { readonly variant?: string | undefined; readonly version?: string | undefined }>
  >
}

/** A part of a configuration that is told by its version, its text, or both. Where the text is too long to hand over, give its digest, made under your tenant's key. */
export interface VersionedPart {
  /** Digested here. */
  readonly text?: string | undefined
  readonly digest?: string | undefined
  readonly version?: string | undefined
}

/** Parts by name: the text alone, or more. */
type VersionedParts = Readonly<Record<string, string | VersionedPart>>

/** The tools of an MCP server, as it lists them. Names, descriptions and schemas are digested here. */
export interface McpServer {
  readonly version?: string | undefined
  readonly tools: readonly {
    readonly name: string
    readonly title?: string | undefined
    readonly description?: string | undefined
    readonly inputSchema?: unknown
    readonly outputSchema?: unknown
    readonly annotations?:
      | {
          readonly title?: string | undefined
          readonly readOnlyHint?: boolean | undefined
          readonly destructiveHint?: boolean | undefined
          readonly idempotentHint?: boolean | undefined
          readonly openWorldHint?: boolean | undefined
        }
      | undefined
  }[]
}

/** Facts of an observation besides the configuration. */
export interface ObserveOptions {
  /** Commit or build; the client's if left out. */
  readonly revision?: string | undefined
  /** Who saw it: the running process, or a pipeline. `sdk` if left out. */
  readonly origin?: 'sdk' | 'ci' | undefined
}

/** A change that a person or a pipeline makes known. */
export interface RecordedChange {
  /** In words of yours. Sent as it is: never put a prompt or an output here. */
  readonly title: string
  readonly changeTypes: readonly ChangeType[]
  readonly intent?: 'proposed' | 'implemented' | 'observed' | 'rolled_back' | undefined
  readonly changeClass?: 'standard' | 'normal' | 'emergency' | undefined
  readonly origin?: 'manual' | 'ci' | 'api' | undefined
  readonly revision?: string | undefined
  /** The configuration after it, where there is one. */
  readonly after?: ObservedConfiguration | undefined
  readonly risk?: {
    readonly severity: 'low' | 'medium' | 'high' | 'critical'
    readonly blastRadius?: 'single_route' | 'single_app' | 'portfolio' | 'unknown' | undefined
    readonly customerImpact?: 'none' | 'minor' | 'material' | 'unknown' | undefined
  }
}

/** The part of a system that a change is about. */
export type ChangeType =
  | 'model'
  | 'prompt'
  | 'inference'
  | 'tools'
  | 'retrieval'
  | 'guardrails'
  | 'post_processing'
  | 'infra'
  | 'data'
  | 'eval'
  | 'vendor_blackbox'
  | 'other'

/** Counts of every event so far: `enqueued = delivered + dropped + pending`, exactly, at any time. */
export interface Stats {
  readonly enqueued: number
  /** Acknowledged by the server, which means committed. */
  readonly delivered: number
  readonly dropped: number
  readonly pending: number
  readonly droppedBy: {
    /** It wasn't what the types say, or larger than the bounds. */
    readonly invalid: number
    /** There was no room: the oldest went. */
    readonly overflow: number
    /** The server refused it. */
    readonly refused: number
    /** The client was shut down, or never worked. */
    readonly closed: number
  }
  /** Attempts beyond the first. */
  readonly retries: number
  /** `backing_off` from a failed attempt to the next one that succeeds. */
  readonly state: 'ready' | 'backing_off' | 'closed'
  /** How far the server's clock is ahead of this one, in ms, as far as it is corrected. */
  readonly clockSkewMs: number
}

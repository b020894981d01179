export { AfterAI, type System } from './afterai.ts'
export type { Diagnostic, DiagnosticCode } from './diagnostics.ts'
export type {
  AfterAIOptions,
  ChangeType,
  DigestKey,
  McpServer,
  Measurement,
  ObservedConfiguration,
  ObserveOptions,
  RecordedChange,
  Stats,
  VersionedPart,
} from './types.ts'

export { AfterAI, type System } from './afterai.ts'
export type { Diagnostic, DiagnosticCode } from './diagnostics.ts'
export type {
  AfterAIOptions,
  ChangeType,
  DigestKey,
  Measurement,
  ObservedConfiguration,
  ObserveOptions,
  RecordedChange,
  Stats,
} from './types.ts'

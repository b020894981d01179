export { AfterAI, type System } from './afterai.ts'
export type { DiagnosticCode } from './diagnostics.ts'
export type {
  AfterAIOptions,
  ChangeType,
  Diagnostic,
  DigestKey,
  Measurement,
  ObservedConfiguration,
  ObserveOptions,
  RecordedChange,
  Stats,
} from './types.ts'

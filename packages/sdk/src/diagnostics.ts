import type { Diagnostic } from './types.ts'

/** Each thing that the client may say of itself, and how it says it. */
const diagnostics = {
  misconfigured: 'the client is off: its options are not usable',
  invalid: 'an event was dropped, because it is not what the types ask for',
  overflow: 'the server does not keep up or does not answer: the oldest events are being dropped',
  unreachable: 'the server does not take events; trying again, ever more slowly',
  refused: 'the server refused events, which are dropped',
  delivering: 'the server takes events again',
  digest_key: 'no digest key could be had: observed prompts and tools wait for it, or were dropped',
  spool: 'the spool folder cannot be used, or is full',
  worker: 'the sending thread ended; what it held is dropped, and the next one starts',
} as const

export type DiagnosticCode = keyof typeof diagnostics

/** What a host is told. */
export function diagnosticOf(code: DiagnosticCode, detail: string | undefined): Diagnostic {
  return { code, message: `AfterAI: ${diagnostics[code]}${detail === undefined ? '' : ` (${detail})`}` }
}

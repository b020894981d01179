import type { ProblemCode } from '../problems.ts'

/** The groups that operations are shown in, in this order, and what each is about. */
export const operationTags = {
  Systems: 'AI systems, what they run with, and the key that prompts are digested under.',
  Changes: 'Change events (ACE): one configuration became another, or a person says that something changes.',
  Evaluations: 'Imported results of evaluation runs. The files themselves are never kept.',
  Assessments: 'Two evaluations compared for a change (AURA).',
  Policies: 'The rules by which changes are decided: when, on what, and by whom.',
  Decisions: 'Decisions on changes, and the approvals that seal them.',
  Records: 'Sealed decisions (PACR), and the bundles that an outsider verifies.',
  Standings: 'Whether what runs may run, what ran before, and the gate before a deployment.',
  Log: 'The signed Merkle log of a tenant, as C2SP tlog-tiles serves it.',
  Telemetry: 'What systems and their libraries tell by themselves, as numbers and names.',
  'Audit trail': 'Who did what, each event provable by the log.',
  'Audit streams': 'Where audit events are sent as they happen.',
  Session: 'Signing in and out, and showing again that it is you.',
  'Single sign-on': 'Signing in with a company’s identity provider, and its settings.',
  'Device sign-in': 'How a command line signs in without a password passing through it (RFC 8628).',
  Credentials: 'A person’s own password, authenticator app, recovery codes, passkeys and sessions.',
  Members: 'The people of a tenant, their invitations and forgotten passwords.',
  'Service accounts': 'Members that are machines.',
  'API keys': 'What machines sign requests with.',
  Instance: 'The instance: its first set-up, its health, and what operators do.',
} as const

/** A group of operations. */
export type OperationTag = keyof typeof operationTags

/** The description of one route in that of the API, beside what its schemas say. Every value is an example that its schema takes. */
export interface Operation {
  /** The name that clients call it by. */
  readonly id: string
  readonly tag: OperationTag
  readonly summary: string
  readonly description?: string
  /** Takes an `Idempotency-Key`: a repeated request is answered as the first was, and changes nothing again. */
  readonly once?: true
  /** Examples of its parameters, by their names. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  /** A body of JSON. */
  readonly body?: unknown
  /** Bodies that aren't JSON by a schema, by their media types; text where there is an example of it. */
  readonly bodies?: Readonly<Record<string, string | undefined>>
  /** The answer, where it is JSON by a schema. */
  readonly answer?: unknown
  /** Answers that aren't JSON by a schema, by their media types; text where there is an example of it. */
  readonly answers?: Readonly<Record<string, string | undefined>>
  /** An example of its answer with status 202, where it may give one. */
  readonly accepted?: unknown
  /** It sends browsers on, and answers nothing else. */
  readonly redirects?: true
  /** Its errors are OpenTelemetry's, not problem details. */
  readonly errors?: 'otlp'
  /** Codes of problems that it may answer, besides those that each route of its kind may. */
  readonly problems?: readonly ProblemCode[]
}

/** Operations by `METHOD /path/{parameter}`. */
export type Operations = Readonly<Record<string, Operation>>

/** One thing that was looked at. `fail` keeps the server from starting; `warn` is for the operator to judge. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  /** The finding, as a phrase; never a secret. */
  readonly found: string
  /** Advice on what to do about it. */
  readonly fix?: string
  /** Commands or settings that mend it, as one would type them. */
  readonly commands?: readonly string[]
  /** The setting that it is about. */
  readonly variable?: `AFTERAI_${string}`
}

/** A text as one word of a shell. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

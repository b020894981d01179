import type { Band } from '../look/bands.ts'

/** A row of a forest plot on paper: differences in margins, left is worse; words stand beside it. */
export interface PlotRow {
  readonly name: string
  readonly isSlice: boolean
  readonly rule: string
  readonly difference: string
  readonly interval: string
  readonly band: Band
  /** Undefined where nothing can be drawn. */
  readonly drawn: { readonly delta: number; readonly lower: number; readonly upper: number } | undefined
}

/** A part of a report. Every text in it is text: whatever shows it takes nothing in it for anything else. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly tone?: 'lead' | 'quote' | 'small' }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: 'table'
      readonly caption: string
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  | { readonly kind: 'plot'; readonly caption: string; readonly rows: readonly PlotRow[] }

/** A document: the same parts on a page, in a file of HTML and in a PDF. */
export interface Report {
  readonly title: string
  readonly blocks: readonly Block[]
}

/** The name of a report's file without its ending: plain characters, whatever the title holds. */
export function fileNameOf(title: string, fallback: string): string {
  const plain = title
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 60)
  return plain === '' ? fallback : plain
}

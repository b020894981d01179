import { labelOrText, type PromptfooResult } from './promptfoo-result.ts'

/** Whom a column of outputs is of. */
export interface OutputColumn {
  readonly provider: string
  readonly prompt: string
}

/** Takes the name of a column of outputs apart: `[provider] prompt`, or the prompt alone, as the first versions wrote it. */
export function outputColumn(name: string): OutputColumn {
  const [, provider = '', prompt = ''] = /^(?:\[([^\]]*)\] )?([\s\S]*)$/.exec(name) ?? []
  return { provider, prompt }
}

/** A table labels a prompt without a label by its text, and nothing tells which it is: only a name of one word with a mark in it counts as a label. */
export function promptOfColumn(label: string): PromptfooResult['prompt'] {
  return { ...labelOrText(label, !/^(?=\S*[0-9._-])\S{1,64}$/.test(label)), id: undefined, key: label }
}

/** The cell as it was before promptfoo put an apostrophe before what a spreadsheet would take for a formula. */
export function unescaped(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
}

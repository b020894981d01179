import { stripVTControlCharacters, styleText } from 'node:util'
import type { World } from '../world.ts'

/** Whether output on stdout may be coloured. */
export function hasColor({ env, stdout }: World): boolean {
  return stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** Colours of the few things that have one. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'quiet' | 'strong'

const formats = { good: 'green', bad: 'red', doubtful: 'yellow', quiet: 'dim', strong: 'bold' } as const

/** Writes in a tone. */
export type Paint = (tone: Tone, text: string) => string

/** A painter that paints only where colour is wanted. */
export function painter(isColored: boolean): Paint {
  return (tone, text) => (isColored ? styleText(formats[tone], text, { validateStream: false }) : text)
}

/** Text of others as it may be shown: on one line, and without what a terminal would obey. */
export function printable(text: string): string {
  return printableLines(text).replaceAll('\n', ' ')
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  // Control characters could rewrite the screen; bidirectional marks could show a line in another order than it has.
  const obeyed = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
  return stripVTControlCharacters(text).replace(/\r\n?/g, '\n').replace(obeyed, ' ')
}

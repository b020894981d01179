import { argv } from 'node:process'

const isShort = argv.includes('--short')

/** A size of a bench, as its figures need it; or, asked with `--short`, one with which it takes a second or so, to see that it runs. */
export function ofLength<T>(whole: T, short: T): T {
  return isShort ? short : whole
}

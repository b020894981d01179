import type { World } from '../world.ts'
import { hasColor, painter, type Paint } from './style.ts'

/** How a command shows its answer. */
export interface OutputOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
}

/** An answer of the API: as sent, and as read. */
export interface Answer<T> {
  readonly json: unknown
  readonly value: T
}

/** Where a command's answer goes: one of three shapes on stdout, and remarks on stderr. */
export interface Output {
  readonly paint: Paint
  readonly width: number
  readonly isColored: boolean
  /** With `--json` the API's JSON; with `--quiet` only what a script needs, one a line; otherwise the lines for a person. */
  readonly answer: <T>(answer: Answer<T>, shapes: Shapes<T>) => void
  readonly lines: (lines: readonly string[]) => void
  /** A remark that is not part of the answer; silent with `--json` and `--quiet`. */
  readonly remark: (text: string) => void
}

/** How a person, and a script, are shown an answer. */
export interface Shapes<T> {
  readonly lines: (value: T) => readonly string[]
  readonly quiet?: (value: T) => readonly string[]
}

/** The output of one command. */
export function createOutput(world: World, { json, quiet }: OutputOptions): Output {
  const isColored = hasColor(world)
  const lines = (written: readonly string[]): void => {
    if (written.length > 0) world.stdout.write(`${written.join('\n')}\n`)
  }
  return {
    paint: painter(isColored),
    width: world.stdout.columns ?? 100,
    isColored,
    answer(answer, shapes) {
      if (json === true) lines([JSON.stringify(answer.json, null, 2)])
      else if (quiet === true) lines((shapes.quiet ?? shapes.lines)(answer.value))
      else lines(shapes.lines(answer.value))
    },
    lines,
    remark(text) {
      if (json !== true && quiet !== true) world.stderr.write(`${text}\n`)
    },
  }
}

import type { World } from '../world.ts'

const frames = ['|', '/', '-', '\\']

/** Shows that work goes on, on a terminal's stderr and only there, until `work` settles. A label that changes tells how far it is. */
export async function withProgress<T>(
  { stderr }: World,
  label: string | (() => string),
  work: () => Promise<T>,
): Promise<T> {
  if (stderr.isTTY !== true) return work()
  let frame = 0
  let shown = 0
  // Short work shows nothing at all.
  const timer = setInterval(() => {
    const text = `${frames[frame++ % frames.length]} ${typeof label === 'string' ? label : label()}`
    stderr.write(`\r${text.padEnd(shown)}`)
    shown = Math.max(shown, text.length)
  }, 200)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (frame > 0) stderr.write(`\r${' '.repeat(shown)}\r`)
  }
}

import type { World } from '../world.ts'

const frames = ['|', '/', '-', '\\']

/** Shows that work goes on, on a terminal's stderr and only there, until `work` settles. */
export async function withProgress<T>({ stderr }: World, label: string, work: () => Promise<T>): Promise<T> {
  if (stderr.isTTY !== true) return work()
  let frame = 0
  // Short work shows nothing at all.
  const timer = setInterval(() => stderr.write(`\r${frames[frame++ % frames.length]} ${label}`), 200)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (frame > 0) stderr.write(`\r${' '.repeat(label.length + 2)}\r`)
  }
}

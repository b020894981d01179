import { readFile, writeFile } from 'node:fs/promises'
import type { ServerProcess } from '../packages/testing/src/running-server.ts'

/** Sets a new server up, and answers the access token of its first administrator. */
export async function setUp(server: ServerProcess): Promise<string> {
  const code = await printedCode(server)
  const person = { email: 'ada@example.com', name: 'Ada', password: 'heron-quartz-91-lantern' }
  const body = JSON.stringify({ code, ...person, tenant: { slug: 'acme', name: 'Acme' } })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${server.origin}/v1/setup`, { method: 'POST', headers, body })
  return ((await answer.json()) as { accessToken: string }).accessToken
}

async function printedCode(server: ServerProcess): Promise<string> {
  for (;;) {
    const code = /--setup (\S+)/.exec(server.output())?.[1]
    if (code !== undefined) return code
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The most memory that a process has held since it was last forgotten, in MiB. */
export async function peakMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

/** Has `peakMib` begin anew. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

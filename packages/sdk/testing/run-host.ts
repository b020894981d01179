import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HostTask } from '../tests/hosts/host.ts'

const hostFile = fileURLToPath(new URL('../tests/hosts/host.ts', import.meta.url))

/** The exit code, signal and output of a process that ended. */
export interface HostResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A host that runs. */
export interface RunningHost {
  readonly child: ChildProcess
  readonly result: Promise<HostResult>
}

/** Runs a program that uses the SDK, as a process of its own. */
export function startHost(task: HostTask): RunningHost {
  const child = spawn(process.execPath, ['--no-warnings', '--expose-gc', hostFile, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const result = new Promise<HostResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr: withoutNodesOwn(stderr) }))
  })
  return { child, result }
}

/** Runs a host to its end. */
export function runHost(task: HostTask): Promise<HostResult> {
  return startHost(task).result
}

// How a timer of Node's own came to run the host's line is none of the host's doing.
function withoutNodesOwn(stack: string): string {
  return stack.replaceAll(/^ +at .*\(node:internal\/.*\n/gm, '')
}

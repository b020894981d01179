import childProcess from 'node:child_process'
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { Client } from 'pg'

/**
 * Preloaded into a server that a test starts (`--import`). Each thing that lasts beyond the process is a step: a file that it writes, a
 * program that it runs, a statement that it sends, a request of the sample. `KILLED_BEFORE` is how the name of the step begins before
 * which the process kills itself.
 */
// oxlint-disable-next-line node/no-process-env -- a test's own variables, which no configuration knows
const { KILLED_BEFORE: fatal = 'nothing' } = process.env

function step(name: string): void {
  if (name.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}/g, '…').startsWith(fatal))
    process.kill(process.pid, 'SIGKILL')
}

/** Makes each call of the functions of `owner` a step. */
function watch(owner: object, names: readonly string[], nameOf: (name: string, first: unknown) => string): void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>
  for (const name of names) {
    const original = functions[name]
    if (original === undefined) throw new Error(`there is no ${name}`)
    functions[name] = function stepThenCall(this: unknown, ...args: unknown[]) {
      step(nameOf(name, args[0]))
      return original.apply(this, args)
    }
  }
}

const ofFile = (name: string, path: unknown): string => `${name} ${basename(String(path))}`
watch(
  fs,
  ['writeFileSync', 'renameSync', 'mkdirSync', 'chmodSync', 'chownSync', 'fsyncSync', 'symlinkSync', 'rmSync'],
  ofFile,
)
watch(promises, ['writeFile', 'rename', 'mkdir', 'chmod', 'link', 'rm'], ofFile)
watch(childProcess, ['spawn'], (name, program) => `${name} ${String(program)}`)
syncBuiltinESMExports()

watch(Client.prototype, ['connect'], (name) => `pg ${name}`)
watch(Client.prototype, ['query'], (_, query) => `sql ${statementOf(query).trim().slice(0, 80)}`)
watch(globalThis, ['fetch'], (name, url) => `${name} ${new URL(String(url)).pathname}`)

function statementOf(query: unknown): string {
  return typeof query === 'string' ? query : String((query as { text?: unknown }).text)
}

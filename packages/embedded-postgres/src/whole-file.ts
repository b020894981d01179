import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file of its owner alone that is there whole or not at all, whatever ends this process or the machine meanwhile. */
export function writeWhole(path: string, text: string): void {
  const aside = `${path}.new`
  writeFileSync(aside, text, { mode: 0o600, flush: true })
  renameSync(aside, path)
  syncDirectory(dirname(path))
}

/** Makes what was renamed, linked or made in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

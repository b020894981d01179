import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { references } from './references.ts'

for (const { path, render } of references) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, await render())
}

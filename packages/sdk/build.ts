import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleFiles } from './bundle.ts'

// `npm run build -w @afterai/sdk`: the published package. Node strips types only outside node_modules, so it is published as JavaScript.
const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = `${folder}dist/`
rmSync(dist, { recursive: true, force: true })
for (const { fileName, code } of await bundleFiles()) {
  mkdirSync(`${dist}${fileName.replace(/[^/]+$/, '')}`, { recursive: true })
  writeFileSync(`${dist}${fileName}`, code)
}
execFileSync(`${folder}../../node_modules/.bin/tsc`, ['-p', `${folder}tsconfig.build.json`], { stdio: 'inherit' })
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue
  const text = readFileSync(`${dist}${name}`, 'utf8')
  writeFileSync(`${dist}${name}`, text.replaceAll(/(from '\.{1,2}\/[^']+)\.ts'/g, "$1.js'"))
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { bundleFiles } from './bundle.ts'

// `npm run build -w @afterai/sdk`: the published package. Node strips types only outside node_modules, so it is published as JavaScript. A folder may be
// named in which it is built.
const specifier = /(from '\.{1,2}\/[^']+)\.ts'/g
const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = `${argv[2] ?? join(folder, 'dist')}/`
rmSync(dist, { recursive: true, force: true })
for (const { fileName, code } of await bundleFiles()) {
  mkdirSync(`${dist}${fileName.replace(/[^/]+$/, '')}`, { recursive: true })
  writeFileSync(`${dist}${fileName}`, code)
}
for (const [project, outDir] of [
  ['tsconfig.build.json', dist],
  ['../client/tsconfig.build.json', `${dist}api`],
] as const)
  execFileSync(`${folder}../../node_modules/.bin/tsc`, ['-p', `${folder}${project}`, '--outDir', outDir], {
    stdio: 'inherit',
  })
// Of what the compiler declares, only what the doors lead to; for `require` beside it, whose types are modules of the other kind.
const declared = new Set<string>()
for (const door of ['index', 'api/index']) follow(door)
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue
  const stem = name.replace(/\.d\.ts$/, '')
  const text = readFileSync(`${dist}${name}`, 'utf8')
  rmSync(`${dist}${name}`)
  if (!declared.has(stem)) continue
  writeFileSync(`${dist}${stem}.d.ts`, text.replaceAll(specifier, "$1.js'"))
  writeFileSync(`${dist}${stem}.d.cts`, text.replaceAll(specifier, "$1.cjs'"))
}

function follow(stem: string): void {
  if (declared.has(stem)) return
  declared.add(stem)
  for (const [, next = ''] of readFileSync(`${dist}${stem}.d.ts`, 'utf8').matchAll(/from '(\.{1,2}\/[^']+)\.ts'/g))
    follow(join(dirname(stem), next))
}

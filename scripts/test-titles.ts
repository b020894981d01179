import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The title of a test or of a group of tests, and where it is. */
export interface TestTitle {
  readonly title: string
  readonly file: string
}

/** Finds the titles of all tests and groups of tests, in the order of files. What differs between the cases of a table is `…`. */
export function findTitles(): TestTitle[] {
  return globSync('{packages,e2e,scripts}/**/*.test.ts', { cwd: root, exclude: (name) => name === 'node_modules' })
    .toSorted()
    .flatMap((file) => titlesIn(readFileSync(`${root}${file}`, 'utf8')).map((title) => ({ title, file })))
}

function titlesIn(source: string): string[] {
  const called = /(?:\b(?:test|it|describe)(?:\.\w+)?|\))\(\s*(['"`])((?:\\.|(?!\1).)+)\1/g
  const titles = [...source.matchAll(called)].map(([, , title = '']) => title)
  // A table whose rows name their requirement themselves, such as ['ASVS 3.4.1', …].
  const rows = [...source.matchAll(/\['(ASVS [\d.]+)', '([^']+)'/g)].map(([, id = '', what = '']) => `${id}: ${what}`)
  return [...titles, ...rows].map(readable)
}

function readable(title: string): string {
  return title.replaceAll(/["“]?(?:%[a-z]|\$[\w.]+)["”]?(?:=(?:%[a-z]|\$[\w.]+))?/g, '…')
}

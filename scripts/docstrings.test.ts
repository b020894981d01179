import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const declaration =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let|enum) +(?<name>[\w$]+)/

/** Names of exports above which no docstring ends. Between the two, only lines that say why may stand. */
function undocumented(source: string): string[] {
  const lines = source.split('\n')
  return lines.flatMap((line, at) => {
    const name = declaration.exec(line)?.groups?.['name']
    if (name === undefined) return []
    const above = lines.slice(0, at).findLast((it) => !it.startsWith('//'))
    return above?.endsWith('*/') === true ? [] : [name]
  })
}

test('every export of production code has a docstring', () => {
  // What is generated says where it comes from; what a file passes on is told where it is declared.
  const files = globSync(
    'packages/{cli,client,contract,embedded-postgres,evidence,models,record,sdk,server}/src/**/*.ts',
    {
      exclude: ['**/*.test.ts', 'packages/client/src/operations.ts'],
    },
  )
  expect(files.length).toBeGreaterThan(400)
  const found = files.flatMap((file) => undocumented(readFileSync(file, 'utf8')).map((name) => `${file}: ${name}`))
  expect(found).toEqual([])
})

test('an export without a docstring is found, whatever it is', () => {
  const forms = [
    'type A = 1',
    'interface A {}',
    'const A = 1',
    'async function A() {}',
    'abstract class A {}',
    'function* A() {}',
  ]
  for (const form of forms) {
    expect(undocumented(`export ${form}`)).toEqual(['A'])
    expect(undocumented(`/** A thing. */\n\nexport ${form}`)).toEqual(['A'])
    expect(undocumented(`/** A thing. */\n// Why it is so.\nexport ${form}`)).toEqual([])
    expect(undocumented(`/**\n * A thing.\n */\nexport ${form}`)).toEqual([])
  }
  expect(undocumented(`export { A } from './a.ts'\nexport type { A } from './a.ts'`)).toEqual([])
})

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  configurationOf,
  faultyVariables,
  production,
  remote,
  secretFile,
  secretFiles,
} from '../../testing/environments.ts'

describe('secrets from files', () => {
  test('P5.1: a secret is read from the file that its _FILE variable names, without the line break at its end', () => {
    const path = secretFile('good', `${remote}\r\n`, 0o400)
    const { database } = configurationOf({
      ...production,
      AFTERAI_DATABASE_URL: undefined,
      AFTERAI_DATABASE_URL_FILE: path,
    })
    expect(database).toEqual({ kind: 'external', url: remote, ownerUrl: undefined })
  })

  const badFiles: [what: string, path: () => string][] = [
    ['a file that is missing', () => join(secretFiles, 'missing')],
    ['a directory', () => secretFiles],
    ['an empty file', () => secretFile('empty', '\n')],
    ['a file that is too large', () => secretFile('large', 'x'.repeat(65_537))],
    ['a file that its group may read', () => secretFile('group', remote, 0o640)],
    ['a file that everybody may read', () => secretFile('world', remote, 0o604)],
    ['an empty path', () => ''],
  ]
  test.each(badFiles)('P5.1: %s is refused by the name of its variable', (_what, path) => {
    const env = { ...production, AFTERAI_DATABASE_URL: undefined, AFTERAI_DATABASE_URL_FILE: path() }
    expect(faultyVariables(env)).toEqual(['AFTERAI_DATABASE_URL_FILE'])
  })

  test('P5.1: a secret that is set twice is refused', () => {
    const env = { ...production, AFTERAI_DATABASE_URL_FILE: secretFile('twice', remote) }
    expect(faultyVariables(env)).toEqual(['AFTERAI_DATABASE_URL'])
  })

  test('P5.1: what has no secret takes no file', () => {
    expect(faultyVariables({ AFTERAI_LISTEN_FILE: secretFile('listen', '127.0.0.1:1') })).toEqual([
      'AFTERAI_LISTEN_FILE',
    ])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleUnderTest, startConsole } from './console-page.ts'

const assets = new URL('../../packages/console/dist/assets/', import.meta.url)
const kilobytes = (name: string): number => gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length / 1000
const files = (ending: string): string[] => readdirSync(assets).filter((name) => name.endsWith(ending))

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterAll(() => console.close())

test('the first view takes at most 150 kB of scripts, 14 of styles and 60 of fonts, all of its own origin', async () => {
  const page = await console.open()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const person = await console.addPerson('member')
  await console.server.expectOk({ path: '/v1/me', token: person.token })
  await page.goto(`${console.origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
  const signInAlone = new Set(files('.js').filter((name) => /^(sign-in|second-factor|floating|palette)/.test(name)))
  const sum = (ending: string): number =>
    [...new Set(asked)]
      .map((path) => path.replace('/assets/', ''))
      .filter((name) => name.endsWith(ending) && files(ending).includes(name) && !signInAlone.has(name))
      .reduce((total, name) => total + kilobytes(name), 0)
  expect(sum('.css')).toBeLessThan(14)
  expect(sum('.woff2')).toBeLessThan(60)
  // What floats is fetched once the view has settled; it has a budget of its own, below.
  const floating = files('.js').filter((name) => /floating|dialog\.module/.test(name))
  const early =
    sum('.js') -
    floating.filter((name) => asked.includes(`/assets/${name}`)).reduce((total, name) => total + kilobytes(name), 0)
  expect(early).toBeLessThan(150)
  expect(console.faults()).toEqual([])
})

test('no part that is fetched later takes more than 65 kB', () => {
  const [index] = files('.js').filter((name) => name.startsWith('index-'))
  for (const name of files('.js').filter((it) => it !== index))
    expect([name, kilobytes(name) < 65]).toEqual([name, true])
})

test('nothing that is loaded is written into the page itself, and nothing is a data URL', () => {
  const page = readFileSync(new URL('../index.html', assets), 'utf8')
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style=|data:/)
  for (const name of files('.css')) expect(readFileSync(new URL(name, assets), 'utf8')).not.toMatch(/url\(["']?data:/)
})

import { launchChromium } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildForBrowsers, loadBrowserBuild } from '../testing/browser-build.ts'
import { corpusOf } from '../testing/corpus.ts'
import { createExampleLog } from '../testing/example-record.ts'
import * as node from './index.ts'

const log = createExampleLog()
const pinned = { recordKeys: [log.recordKey.pem], logVkeys: [log.vkey] }
const corpus = corpusOf(log)
// One of the attacks is a file of 67 megabytes: it goes to the twin on Node, and not over the protocol of Chromium.
const sample = corpus.filter(({ bytes }, at) => bytes.length < 1_000_000 && at % 3 === 0)

/** All that a report says, as text: positions are big integers, which JSON has no form for. */
const told = (report: node.VerificationReport): string =>
  JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))

// Stands behind the build in the page, whose names it uses.
const inPage = `globalThis.verifyInPage = ({ pinned, files }) => {
  const trust = createTrust(pinned)
  const withText = (_, value) => (typeof value === 'bigint' ? String(value) : value)
  return files.map((file) => JSON.stringify(verifyBundle(decodeBase64(file), trust), withText))
}`

describe('the build for browsers', () => {
  let code: string
  beforeAll(async () => {
    code = await buildForBrowsers()
  })

  it('P4.5: names nothing that a browser has not', () => {
    expect(code.match(/\bnode:|\bBuffer\b|\bprocess\.|\brequire\(|\b__dirname\b/g)).toBeNull()
    expect(code).toContain('function verifyBundle(')
  })

  it('P4.5: says of thousands of bent bundles what the build for Node says, word by word', async () => {
    const twin = await loadBrowserBuild()
    const [nodeTrust, twinTrust] = [node.createTrust(pinned), twin.createTrust(pinned)]
    expect(corpus.length).toBeGreaterThan(3_000)
    const apart = corpus.filter(
      ({ bytes }) => told(twin.verifyBundle(bytes, twinTrust)) !== told(node.verifyBundle(bytes, nodeTrust)),
    )
    expect(apart.map(({ name }) => name)).toEqual([])
    expect(twin.verifyBundle(log.bytes, twinTrust).verdict).toBe('valid')
  })

  it('neither signs, seals nor opens: a browser has no key for it', async () => {
    const twin = await loadBrowserBuild()
    const some = new Uint8Array(32)
    expect(() => twin.signWith(log.recordKey.privateKey, some)).toThrow('in a browser they can be verified')
    expect(() => twin.publicKeyOf(log.recordKey.privateKey)).toThrow('in a browser they can be verified')
    expect(() => twin.sealSection('before', {})).toThrow('in a browser they can be verified')
    expect(() => twin.openAesGcm(some, some, some)).toThrow(expect.objectContaining({ code: 'decryption_failed' }))
  })
})

describe('Chromium', () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  it.each(['ed25519', 'p256'] as const)(
    'P4.5: says of bent bundles signed with %s what Node says, word by word',
    async (algorithm) => {
      const signed = algorithm === 'ed25519' ? log : createExampleLog({ algorithm })
      const own = { recordKeys: [signed.recordKey.pem], logVkeys: [signed.vkey] }
      const files = algorithm === 'ed25519' ? sample : corpusOf(signed).filter((_, at) => at % 40 === 0)
      const page = await browser.newPage()
      await page.addScriptTag({ type: 'module', content: `${await buildForBrowsers()};${inPage}` })
      const given = { pinned: own, files: files.map(({ bytes }) => node.encodeBase64(bytes)) }
      const answers: unknown = await page.evaluate(`verifyInPage(${JSON.stringify(given)})`)
      const trust = node.createTrust(own)
      expect(answers).toEqual(files.map(({ bytes }) => told(node.verifyBundle(bytes, trust))))
      await page.close()
    },
  )
})

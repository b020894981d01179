import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, temporaryFolder } from './harness.ts'
import { promptfooResults, written } from './promptfoo-files.ts'

/** The names of prompts in a refusal, in the order of their columns. */
function namesIn(text: string): string[] {
  const found = [...text.matchAll(/(prompt-[0-9a-f]{8}) \(no\. (\d+)\)/g)].map(([, name = '', place]) => ({
    name,
    place,
  }))
  const ordered = found.toSorted((a, b) => Number(a.place) - Number(b.place))
  return [...new Set(ordered.map(({ name }) => name))]
}

test('compares two prompts of one file by names that a refusal listed', async () => {
  const path = await written('results.json', promptfooResults())
  const refused = await afterai(['assess', '--offline', path, path])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--baseline-prompt') })
  expect(refused.stderr).not.toContain('CANARY')
  const [one = '', two = ''] = namesIn(refused.stderr)
  const choice = ['--baseline-prompt', one, '--candidate-prompt', two]
  expect(await afterai(['assess', '--offline', path, path, ...choice, '--quiet'])).toMatchObject({
    code: 0,
    stdout: 'material_regression\n',
  })
})

test('a prompt without a label has one name at each run and in each file, under a key that stays here', async () => {
  const env = { XDG_CONFIG_HOME: join(await temporaryFolder(), 'config') }
  const forth = await written('forth.json', promptfooResults())
  const back = await written('back.json', promptfooResults(undefined, [1, 0]))
  const refused = await afterai(['assess', '--offline', forth, forth], { env })
  const kept = join(env.XDG_CONFIG_HOME, 'afterai', 'digest-key')
  expect(refused.stderr).toContain(`it stays here: ${kept}`)
  expect((await stat(kept)).mode & 0o777).toBe(0o600)
  const [one = '', two = ''] = namesIn(refused.stderr)
  const assess = (first: string, second: string): ReturnType<typeof afterai> =>
    afterai(['assess', '--offline', forth, back, '--baseline-prompt', first, '--candidate-prompt', second], { env })
  const [same, worse] = [await assess(one, one), await assess(one, two)]
  expect(same.stderr).not.toContain('Made a key')
  expect(same.stdout).not.toMatch(/regression/i)
  expect(worse.stdout).toMatch(/material regression/i)
  // Another key gives other names, so that nothing is told by one.
  const elsewhere = await afterai(['assess', '--offline', forth, forth])
  expect(namesIn(elsewhere.stderr)).not.toContain(one)
})

test('says that names of prompts hold for one run where their key cannot be kept, and refuses a damaged one', async () => {
  const path = await written('results.json', promptfooResults())
  const taken = await written('config', 'a file')
  const unkept = await afterai(['assess', '--offline', path, path, '--json'], { env: { XDG_CONFIG_HOME: taken } })
  expect(unkept.stderr).toContain('hold for this run alone')
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'afterai'))
  await writeFile(join(folder, 'afterai', 'digest-key'), 'no key')
  const damaged = await afterai(['assess', '--offline', path, path], { env: { XDG_CONFIG_HOME: folder } })
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') })
})

test('two files of which no case pairs are told the variable that would pair them', async () => {
  const sides = ['a', 'b'].map((side) =>
    written(
      'r.json',
      promptfooResults((id) => ({ key: `k-${id}`, seed: `${side}${id}` })),
    ),
  )
  const [baseline = '', candidate = ''] = await Promise.all(sides)
  const [prompt = ''] = namesIn((await afterai(['import', baseline, '--dry-run'])).stderr)
  const args = ['assess', '--offline', baseline, candidate, '--prompt', prompt, '--quiet']
  const ran = await afterai(args)
  expect(ran.stderr).toContain('Only 0 of 40 cases are in both files.')
  expect(ran.stderr).toContain('--case key')
  expect((await afterai([...args, '--case', 'key'])).stderr).toBe('')
})

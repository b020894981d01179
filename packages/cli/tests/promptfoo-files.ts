import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './harness.ts'

/** Results of two prompts without labels, as promptfoo writes them: the second fails every other test. */
export function promptfooResults(
  variables: (id: number) => object = (id) => ({ q: `CANARY ${id}` }),
  /** Where the first prompt stands, and the second. */
  places: readonly [number, number] = [0, 1],
): string {
  const results = Array.from({ length: 40 }, (_, id) =>
    places.map((promptIdx, prompt) => ({
      promptIdx,
      testIdx: id,
      provider: { id: 'acme' },
      prompt: { raw: `CANARY ${prompt}`, label: `CANARY ${prompt}` },
      testCase: { vars: variables(id) },
      success: prompt === 0 || id % 2 === 0,
    })),
  ).flat()
  return JSON.stringify({ evalId: 'e', results: { version: 3, results } })
}

/** A file that lasts as long as the test. */
export async function written(name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, text)
  return path
}

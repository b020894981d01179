import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/** Three turns of each conversation are judged; turns of one conversation resemble each other. */
const CONVERSATIONS = 40
const TURNS = 3

/** A small change of the prompt: the judge's scores hardly move, the answers get a little shorter. */
const PROMPTS = {
  baseline: { name: 'prompt-v7', shift: 0, tokens: 180 },
  candidate: { name: 'prompt-v8', shift: 0.004, tokens: 172 },
}

for (const [side, { name, shift, tokens }] of Object.entries(PROMPTS)) {
  const rows = Array.from({ length: CONVERSATIONS * TURNS }, (_, index) => {
    const conversation = `conversation-${String(Math.floor(index / TURNS) + 1).padStart(2, '0')}`
    const turn = `${conversation}/turn-${(index % TURNS) + 1}`
    const level = 0.55 + 0.35 * uniform(conversation)
    const mood = 0.1 * (uniform(conversation, name) - 0.5)
    const score = Math.min(1, level + mood + shift + 0.1 * (uniform(turn, name) - 0.5))
    const length = Math.round(tokens * (0.7 + 0.6 * uniform(turn, name, 'tokens')))
    return [
      turn,
      conversation,
      score.toFixed(3),
      String(length),
      `"The judge's remark on ${turn}, which stays at home."`,
    ].join(',')
  })
  const header = 'case_id,conversation_id,score,output_tokens,remark'
  writeFileSync(new URL(`${side}.csv`, import.meta.url), `${[header, ...rows].join('\n')}\n`)
}

/** A number in 0..1 that is always the same for the same words. */
function uniform(...words: string[]): number {
  return createHash('sha256').update(words.join('|')).digest().readUInt32BE() / 2 ** 32
}

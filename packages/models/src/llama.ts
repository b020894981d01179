/** The meaning of a name of one of Meta's open models, as `Saying` has it. */
interface LlamaSaying {
  readonly family: string
  readonly open: 'any' | null
  readonly release: string | null
}

/** Where the tag of a name has the size, then what it was trained for, then how it is packed, as Ollama's library has it. */
const sizedTag = /^(\d+(?:\.\d+)?b)(?:-(instruct|chat|text))?(?:-(q\d\w*|fp16|bf16))?$/

/**
 * Reads a name of Meta's open models, in lower case, in the one spelling that their repositories at Hugging Face have today:
 * `Meta-Llama-3.1-8B-Instruct` there was renamed to `Llama-3.1-8B-Instruct`; Bedrock writes `llama3-1-8b-instruct`, Fireworks `llama-v3p1-8b-instruct`, Vertex
 * adds `-maas`. In Ollama's library `llama3.1:8b` is the one that follows instructions (of the second generation, that chats); `-text` marks the others. A name without a size leaves open which it is.
 */
export function llamaSaying(model: string, version: string | null): LlamaSaying | undefined {
  const family = model
    .replace(/^meta-(?=llama)/, '')
    .replace(/^llama-?v?(\d)[p.-](\d)(?=$|-)/, 'llama-$1.$2')
    .replace(/^llama-?v(?=\d)/, 'llama-')
    .replace(/-(?:maas|hf)$/, '')
  const [, generation] = /^llama-(\d)(?:\.\d)?(?=$|-)/.exec(family) ?? []
  if (generation === undefined) return undefined
  const [, size, use = generation === '2' ? 'chat' : 'instruct', packing = null] = sizedTag.exec(version ?? '') ?? []
  if (size === undefined) return { family, open: /^llama-[\d.]+$/.test(family) ? 'any' : null, release: version }
  return { family: `${family}-${size}${use === 'text' ? '' : `-${use}`}`, open: null, release: packing }
}

import { openai } from '@ai-sdk/openai'
import { embed, embedMany, generateObject, jsonSchema } from 'ai'
import { provider } from './telemetry.mjs'

const said = await ask(process.argv[2])
process.stdout.write(JSON.stringify(said))
await provider.shutdown().catch(() => undefined)

/** Makes the requests of this SDK besides those for texts: an object, an embedding, several at once, one that fails. */
async function ask(mark) {
  const settings = {
    maxRetries: 0,
    experimental_telemetry: { isEnabled: true, functionId: 'answer', metadata: { customer: mark } },
  }
  const schema = jsonSchema({ type: 'object', properties: { said: { type: 'string', description: `${mark} said` } } })
  const prompt = `${mark} in a form, please`
  const { object } = await generateObject({ ...settings, model: openai.chat('gpt-4o'), schema, prompt })
  const model = openai.embedding('text-embedding-3-small')
  const one = await embed({ ...settings, model, value: `${mark} to embed` })
  const many = await embedMany({ ...settings, model, values: [`${mark} to embed too`, `${mark} and this`] })
  const refusal = await embed({ ...settings, model: openai.embedding('missing'), value: `${mark} to refuse` }).then(
    () => 'an answer',
    (error) => `${error.statusCode} ${error.message}`,
  )
  return [object.said, one.embedding.length, many.embeddings.length, refusal]
}

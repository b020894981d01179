import { openai } from '@ai-sdk/openai'
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import { provider } from './telemetry.mjs'

const said = await converse(process.argv[2])
process.stdout.write(JSON.stringify(said))
// Rejects when nothing could be delivered, which is no reason for an app to fail.
await provider.shutdown().catch(() => undefined)

/** The conversation of ../conversation.mjs in the words of this SDK: the first two requests go to the responses API. */
async function converse(mark) {
  const settings = {
    temperature: 0.25,
    topP: 0.9,
    maxRetries: 0,
    instructions: `${mark} be kind`,
    providerOptions: { openai: { user: `${mark}@example.com` } },
    runtimeContext: { route: 'answer', customer: mark },
    telemetry: { functionId: 'answer', includeRuntimeContext: { route: true, customer: true } },
  }
  const about = { type: 'string', description: `${mark} parameter` }
  const lookUp = tool({
    description: `${mark} tool`,
    inputSchema: jsonSchema({ type: 'object', properties: { about } }),
    execute: () => `${mark} tool result`,
  })
  const told = await generateText({
    ...settings,
    model: openai('gpt-4o'),
    prompt: `${mark} what is the price?`,
    tools: { [`look_up_${mark}`]: lookUp },
    stopWhen: isStepCount(3),
  })
  const chat = { ...settings, maxOutputTokens: 64, frequencyPenalty: 0.5 }
  const stream = streamText({ ...chat, model: openai.chat('gpt-4o'), prompt: `${mark} and the colour?` })
  let streamed = ''
  for await (const text of stream.textStream) streamed += text
  const refusal = await generateText({ ...chat, model: openai.chat('missing'), prompt: `${mark} and the size?` }).then(
    () => 'an answer',
    (error) => `${error.statusCode} ${error.message}`,
  )
  return [told.text, streamed, refusal]
}

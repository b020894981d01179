import { ChatOpenAI } from '@langchain/openai'
import { bot, findOrder, modelUrl, observe, prompt, settings } from './settings.mjs'

observe('openai')

const model = new ChatOpenAI({
  apiKey: 'a-key',
  configuration: { baseURL: modelUrl },
  model: settings.model,
  temperature: settings.temperature,
  maxTokens: settings.maxTokens,
}).bindTools([{ type: 'function', function: { name: 'findOrder', parameters: findOrder } }])
const started = performance.now()
const message = await model.invoke([
  ['system', prompt],
  ['human', 'Where is my table?'],
])

bot.measure({
  route: 'chat',
  latencyMs: performance.now() - started,
  inputTokens: message.usage_metadata?.input_tokens,
  outputTokens: message.usage_metadata?.output_tokens,
  finishReason: message.response_metadata.finish_reason,
})

import OpenAI from 'openai'
import { bot, findOrder, modelUrl, observe, prompt, settings } from './settings.mjs'

observe('openai')

const openai = new OpenAI({ apiKey: 'a-key', baseURL: modelUrl })
const started = performance.now()
const response = await openai.chat.completions.create({
  model: settings.model,
  temperature: settings.temperature,
  max_tokens: settings.maxTokens,
  messages: [
    { role: 'system', content: prompt },
    { role: 'user', content: 'Where is my table?' },
  ],
  tools: [{ type: 'function', function: { name: 'findOrder', parameters: findOrder } }],
})

bot.measure({
  route: 'chat',
  latencyMs: performance.now() - started,
  inputTokens: response.usage?.prompt_tokens,
  outputTokens: response.usage?.completion_tokens,
  finishReason: response.choices[0]?.finish_reason,
})

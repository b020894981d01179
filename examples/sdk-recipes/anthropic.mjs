import Anthropic from '@anthropic-ai/sdk'
import { bot, findOrder, modelUrl, observe, prompt, settings } from './settings.mjs'

observe('anthropic')

const anthropic = new Anthropic({ apiKey: 'a-key', baseURL: modelUrl.replace(/\/v1$/, '') })
const started = performance.now()
const message = await anthropic.messages.create({
  model: settings.model,
  temperature: settings.temperature,
  max_tokens: settings.maxTokens,
  system: prompt,
  messages: [{ role: 'user', content: 'Where is my table?' }],
  tools: [{ name: 'findOrder', input_schema: findOrder }],
})

bot.measure({
  route: 'chat',
  latencyMs: performance.now() - started,
  inputTokens: message.usage.input_tokens,
  outputTokens: message.usage.output_tokens,
  finishReason: message.stop_reason ?? undefined,
})

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, jsonSchema, tool } from 'ai'
import { bot, findOrder, modelUrl, observe, prompt, settings } from './settings.mjs'

observe('acme')

const acme = createOpenAICompatible({ name: 'acme', apiKey: 'a-key', baseURL: modelUrl })
const started = performance.now()
const result = await generateText({
  model: acme(settings.model),
  temperature: settings.temperature,
  maxOutputTokens: settings.maxTokens,
  system: prompt,
  prompt: 'Where is my table?',
  tools: { findOrder: tool({ inputSchema: jsonSchema(findOrder) }) },
})

bot.measure({
  route: 'chat',
  latencyMs: performance.now() - started,
  inputTokens: result.usage.inputTokens,
  outputTokens: result.usage.outputTokens,
  finishReason: result.finishReason,
})

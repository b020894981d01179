// What the support bot runs with: one object, from which the model's client and AfterAI are told the same.
import { env } from 'node:process'
import { AfterAI } from '@afterai/sdk'

export const settings = { model: 'acme-large', temperature: 0.2, maxTokens: 200 }
export const prompt = 'You help customers of a furniture shop. Be brief.'
export const findOrder = {
  type: 'object',
  properties: { orderNumber: { type: 'string', description: 'As printed on the receipt' } },
  required: ['orderNumber'],
}
export const modelUrl = env.MODEL_URL

export const afterai = new AfterAI({
  apiKey: env.AFTERAI_KEY,
  endpoint: env.AFTERAI_URL,
  onDiagnostic: ({ message }) => console.warn(message),
})
export const bot = afterai.system('support-bot')

/** At start-up: before the first request, and not in its way. */
export function observe(provider) {
  bot.observe({
    model: { provider, name: settings.model },
    inference: { temperature: settings.temperature, maxTokens: settings.maxTokens },
    prompts: { support: prompt },
    tools: { findOrder },
  })
}

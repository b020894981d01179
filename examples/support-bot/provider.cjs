'use strict'
/**
 * A stand-in for a model, so that the example can be rerun anywhere and always gives the same answers.
 * What a case gets depends on nothing but the model's name and the case: no network, no clock, no chance.
 */
const { createHash } = require('node:crypto')

/** How often each model resolves a case, by topic; how long it takes; what a token costs; how often it fails to answer. */
const MODELS = {
  'acme-large-2026-03': {
    resolves: { orders: 0.96, refunds: 0.95, delivery: 0.95, account: 0.97 },
    medianMs: 900,
    inputUsd: 2.5e-6,
    outputUsd: 1e-5,
    errorRate: 0.01,
  },
  'acme-small-2026-10': {
    resolves: { orders: 0.95, refunds: 0.42, delivery: 0.94, account: 0.96 },
    medianMs: 350,
    inputUsd: 4e-7,
    outputUsd: 1.6e-6,
    errorRate: 0.02,
  },
}

module.exports = class StandInModel {
  constructor({ id, config }) {
    this.providerId = id
    this.name = config.model
    this.model = MODELS[config.model]
    if (!this.model) throw new Error(`unknown stand-in model: ${config.model}`)
  }

  id() {
    return this.providerId ?? this.name
  }

  async callApi(prompt, { vars }) {
    const draw = (purpose) => uniform(this.name, vars.id, purpose)
    // promptfoo takes a provider's own figure over its stopwatch, so the files don't depend on the machine.
    const latencyMs = Math.round(this.model.medianMs * Math.exp(draw('latency') - 0.5))
    if (draw('error') < this.model.errorRate) return { error: 'upstream timed out', latencyMs }
    const isResolved = draw('quality') < this.model.resolves[vars.topic]
    const output = isResolved ? `Thank you for asking. ${vars.expected}` : wrongAnswer(vars.topic)
    const tokens = { prompt: countTokens(prompt), completion: countTokens(output) }
    return {
      output,
      latencyMs,
      tokenUsage: { ...tokens, total: tokens.prompt + tokens.completion },
      cost: tokens.prompt * this.model.inputUsd + tokens.completion * this.model.outputUsd,
    }
  }
}

function wrongAnswer(topic) {
  if (topic === 'refunds') return 'Thank you for asking. I have refunded the full price to your card.'
  return 'Thank you for asking. I could not find that in our handbook, please write to us.'
}

/** About four characters a token, as a rule of thumb. */
function countTokens(text) {
  return Math.ceil(text.length / 4)
}

/** A number in 0..1 that is always the same for the same words. */
function uniform(...words) {
  return createHash('sha256').update(words.join('|')).digest().readUInt32BE() / 2 ** 32
}

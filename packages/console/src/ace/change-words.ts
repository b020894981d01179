const types: Readonly<Record<string, string>> = {
  infra: 'infrastructure',
  post_processing: 'post-processing',
  eval: 'evaluation',
  vendor_blackbox: 'provider',
}

/** A type of change in words: "infrastructure" for `infra`. */
export function typeWords(type: string): string {
  return types[type] ?? type.replaceAll('_', ' ')
}

const origins: Readonly<Record<string, string>> = {
  manual: 'by a person',
  ci: 'by a pipeline',
  api: 'by a program',
  sdk: 'seen by the SDK',
  otel: 'seen in telemetry',
  watchlist: 'from a watched source',
  signal: 'from a signal',
  import: 'imported',
}

/** Where a change came from, in words. */
export function originWords(origin: string): string {
  return origins[origin] ?? origin
}

const names: Readonly<Record<string, string>> = {
  topP: 'top p',
  topK: 'top k',
  maxTokens: 'most tokens',
  servedName: 'served as',
  systemFingerprint: 'provider’s fingerprint',
  serviceTier: 'service tier',
  reasoningEffort: 'reasoning effort',
  frequencyPenalty: 'frequency penalty',
  presencePenalty: 'presence penalty',
}

/** The place of a value in a configuration, in words: "temperature" for `/inference/temperature`. */
export function pathWords(path: string): string {
  const parts = path
    .split('/')
    .slice(2)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const shown = parts.length === 0 ? [path.replace(/^\//, '')] : parts
  return shown.map((part) => names[part] ?? part).join(' · ')
}

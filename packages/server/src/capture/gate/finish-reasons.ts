/** Reasons for which a model stopped that are no refusal, in lower case, by who says them. */
const others = {
  // Chat Completions and what follows it; `status` and `incomplete_details` of Responses (platform.openai.com/docs/api-reference).
  openai: ['stop', 'length', 'tool_calls', 'function_call', 'completed', 'incomplete', 'failed', 'max_output_tokens'],
  // Messages (docs.anthropic.com/en/api/handling-stop-reasons).
  anthropic: ['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'model_context_window_exceeded'],
  // Candidate.FinishReason (ai.google.dev/api/generate-content); STOP, MAX_TOKENS and OTHER are above and below.
  google: [
    'malformed_function_call',
    'unexpected_tool_call',
    'too_many_tool_calls',
    'missing_thought_signature',
    'malformed_response',
    'image_other',
    'no_image',
  ],
  // StopReason of Converse, completionReason of Titan (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
  bedrock: ['malformed_model_output', 'malformed_tool_use', 'finish', 'finished', 'stop_criteria_met'],
  // Chat (docs.cohere.com/reference/chat).
  cohere: ['complete', 'tool_call', 'error_limit', 'user_cancel', 'timeout'],
  // Mistral, Text Generation Inference, DeepSeek, Zhipu (docs.bigmodel.cn), servers of llama.cpp, TensorRT-LLM and Triton, Ollama.
  more: [
    'model_length',
    'eos_token',
    'eos',
    'limit',
    'end_id',
    'stop_words',
    'load',
    'unload',
    'insufficient_system_resource',
    'network_error',
  ],
  // Vercel's AI SDK, Semantic Kernel and others that translate.
  libraries: ['tool-calls', 'error', 'cancelled', 'other', 'unknown', 'unspecified', 'finish_reason_unspecified'],
} as const

/** Reasons that mean that the model, or a filter before or behind it, refused. */
const refused = {
  openai: ['content_filter'],
  anthropic: ['refusal'],
  // Candidate.FinishReason and PromptFeedback.BlockReason of Gemini and Vertex AI.
  google: [
    'safety',
    'recitation',
    'language',
    'blocklist',
    'prohibited_content',
    'spii',
    'image_safety',
    'image_prohibited_content',
    'image_recitation',
    'model_armor',
    'jailbreak',
  ],
  bedrock: ['guardrail_intervened', 'content_filtered'],
  cohere: ['error_toxic'],
  zhipu: ['sensitive'],
  // What frameworks and gateways make of these, and of the errors by which a provider refuses before it answers.
  libraries: [
    'content-filter',
    'blocked',
    'filtered',
    'refused',
    'moderation',
    'content_moderation',
    'guardrail',
    'intervened',
    'content_policy',
    'content_policy_violation',
    'responsible_ai_policy_violation',
  ],
} as const

/** Finish reasons that mean a refusal. */
export const refusals: ReadonlySet<string> = new Set<string>(Object.values(refused).flat())

/** Every finish reason that is read; another counts as `unknown`. */
export const finishReasons: readonly string[] = [...Object.values(others).flat(), ...refusals]

/** The word under which every other finish reason counts: it may be anything, so its text isn't kept. */
export const unknownReason = 'unknown'

/** Words by what is left of them without case and what stands between their parts: `ContentFilter`, `content-filter` and `CONTENT_FILTER` are one. */
const byLetters: ReadonlyMap<string, string> = new Map(
  finishReasons.toReversed().map((reason) => [lettersOf(reason), reason]),
)
const known: ReadonlySet<string> = new Set(finishReasons)

/**
 * The finish reason that a text names, or undefined for none that is known, in whatever case it is written. Libraries also write it as the name of a
 * member of an enumeration (`FinishReason.STOP`, `ChatFinishReason.ContentFilter`), and several as JSON or as Python shows a list (`["stop"]`, `['stop']`) or joined
 * (`stop,content_filter`).
 */
export function finishReasonOf(text: string): string | undefined {
  return oneOf(
    text
      .replaceAll(/[[\](){}]/g, '')
      .split(/[,;|/+]/)
      .map(wordOf),
  )
}

/** Whether a text names a finish reason that means a refusal. */
export function isRefusal(text: string): boolean {
  return refusals.has(finishReasonOf(text) ?? '')
}

/** Of the reasons of several choices the one that counts: a refusal, wherever it stands, or else the first that is known. */
export function oneOf(reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((it) => it !== undefined && refusals.has(it)) ?? reasons.find((it) => it !== undefined)
}

function wordOf(text: string): string | undefined {
  const word = text
    .trim()
    .replaceAll(/^["'\\]+|["'\\]+$/g, '')
    .replace(/^<?(?:\w+\.)*\w*Reason\./, '')
    .replace(/: ?['"]?[\w-]+['"]?>?$/, '')
  const lower = word.toLowerCase()
  if (known.has(lower)) return lower
  const letters = lettersOf(word)
  return byLetters.get(letters) ?? byLetters.get(letters.replace(/^(?:finish|stop|block)reason/, ''))
}

function lettersOf(word: string): string {
  return /^[\w -]{1,64}$/.test(word) ? word.toLowerCase().replaceAll(/[_ -]/g, '') : ''
}

/** Names of the formats that results are read in, as `--format` and the API take them. */
export const FORMAT_NAMES = [
  'csv',
  'jsonl',
  'json',
  'promptfoo',
  'inspect',
  'lm-eval',
  'deepeval',
  'openai-evals',
  'every-eval-ever',
  'langsmith',
  'langfuse',
  'braintrust',
  'ragas',
  'junit',
] as const

/** The name of a format of results. */
export type FormatName = (typeof FORMAT_NAMES)[number]

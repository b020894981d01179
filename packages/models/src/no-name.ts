const noNames: ReadonlySet<string> = new Set([
  '',
  '-',
  'n/a',
  'nan',
  'nil',
  'none',
  'not_given',
  'null',
  'undefined',
  'unknown',
  'unspecified',
])

/** Whether a text is what libraries write where they know no name, such as Python's `None`. */
export function isNoName(text: string): boolean {
  return noNames.has(text.trim().toLowerCase())
}

/** Words that servers and libraries write in place of a model's name, whichever model it is, with `-` between words. */
const placeholders: ReadonlySet<string> = new Set([
  'custom',
  'custom-model',
  'default',
  'default-model',
  'dummy',
  'dummy-model',
  'llm',
  'local',
  'local-model',
  'model',
  'model-id',
  'model-name',
  'models',
  'my-model',
  'no-model',
  'not-provided',
  'not-specified',
  'placeholder',
  'served-model',
  'string',
  'tgi',
  'unknown-model',
  'vllm',
  'your-model',
  'your-model-name',
])

/** Whether a name under which something was served says nothing of what it was, such as `default`. To ask for such a name is another thing: a gateway may know it. */
export function saysNoModel(servedName: string): boolean {
  return isNoName(servedName) || placeholders.has(servedName.trim().toLowerCase().replaceAll(/[_ ]/g, '-'))
}

/** Vendors, each with the names of its accounts at routers and hubs. */
const accounts: Readonly<Record<string, string>> = {
  openai: 'openai openai-community',
  anthropic: 'anthropic',
  google: 'google gemini google-bert',
  meta: 'meta meta-llama facebook',
  mistral: 'mistral mistralai mistral-ai mistral_ai',
  cohere: 'cohere coherelabs cohereforai cohere_chat',
  xai: 'xai x-ai xai-org',
  deepseek: 'deepseek deepseek-ai deepseek_ai',
  alibaba: 'alibaba qwen dashscope alibaba-nlp tongyi',
  moonshot: 'moonshot moonshotai',
  amazon: 'amazon',
  ai21: 'ai21 ai21labs',
  nvidia: 'nvidia',
  microsoft: 'microsoft',
  zhipu: 'zhipu z-ai zai zai-org thudm zhipuai',
  perplexity: 'perplexity perplexity-ai',
  minimax: 'minimax minimaxai minimax-ai',
  nous: 'nous nousresearch',
  ibm: 'ibm ibm-granite',
  bytedance: 'bytedance bytedance-seed',
  baidu: 'baidu',
  tencent: 'tencent',
  stability: 'stability stabilityai',
  databricks: 'databricks',
  '01ai': '01ai 01-ai',
  writer: 'writer',
  liquid: 'liquid liquidai',
  baai: 'baai',
}

const vendors: ReadonlyMap<string, string> = new Map(
  Object.entries(accounts).flatMap(([vendor, names]) => names.split(' ').map((name) => [name, vendor])),
)

/** How names of vendors' models begin. The first that fits counts. */
const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^text-embedding-00\d/, 'google'],
  [
    /^(?:gpt-|chatgpt-|o[1-9](?:$|-)|text-(?:davinci|embedding|moderation|curie|babbage|ada)|(?:davinci|curie|babbage|ada)(?:$|-)|code-davinci|codex-|whisper-|tts-|dall-e|sora-|omni-moderation|computer-use-)/,
    'openai',
  ],
  [/^claude(?:$|-)/, 'anthropic'],
  [
    /^(?:gemini-|gemma|learnlm|imagen-|veo-|palm-|(?:text|chat|code|codechat)-(?:bison|unicorn|gecko)|textembedding-gecko|text-multilingual-embedding)/,
    'google',
  ],
  [/^(?:meta-)?(?:llama|codellama|code-llama)/, 'meta'],
  [/^(?:open-)?(?:mistral|mixtral|ministral|codestral|magistral|pixtral|devstral|voxtral)/, 'mistral'],
  [/^(?:command(?:$|-)|embed-(?:english|multilingual|v\d)|rerank-|c4ai-|aya-)/, 'cohere'],
  [/^grok(?:$|-)/, 'xai'],
  [/^(?:deepseek|r1(?:$|-))/, 'deepseek'],
  [/^(?:qwen|qwq|qvq|tongyi-)/, 'alibaba'],
  [/^(?:kimi-|moonshot-)/, 'moonshot'],
  [/^(?:nova-|titan-)/, 'amazon'],
  [/^(?:glm-|chatglm|codegeex)/, 'zhipu'],
  [/^phi-?\d/, 'microsoft'],
  [/^(?:sonar(?:$|-)|pplx-)/, 'perplexity'],
  [/^(?:minimax-|abab\d)/, 'minimax'],
  [/^(?:jamba-|j2-)/, 'ai21'],
  [/^nemotron-/, 'nvidia'],
  [/^granite-?\d?/, 'ibm'],
  [/^(?:doubao-|seed-\d)/, 'bytedance'],
  [/^ernie-/, 'baidu'],
  [/^hunyuan-/, 'tencent'],
  [/^(?:stable-diffusion|sd3)/, 'stability'],
  [/^dbrx/, 'databricks'],
  [/^(?:yi-\d|yi-large|yi-lightning)/, '01ai'],
  [/^hermes-/, 'nous'],
  [/^palmyra-/, 'writer'],
  [/^(?:lfm-?\d|lfm2)/, 'liquid'],
  [/^bge-/, 'baai'],
]

/** The vendor that an account such as `meta-llama` belongs to. */
export function vendorOfAccount(account: string): string | undefined {
  return vendors.get(account)
}

/** The vendor of a model by how its name begins, in lower case. */
export function vendorOfName(name: string): string | undefined {
  return beginnings.find(([beginning]) => beginning.test(name))?.[1]
}

/** Where a model runs when nothing says so. */
export const unknownPlatform = 'unknown'

/** Where people run models by themselves. */
export const selfHosted = 'self_hosted'

/** Platforms, each with the names that OpenTelemetry's conventions, instrumentations and routers give it. */
const namesOfPlatforms: Readonly<Record<string, string>> = {
  openai: 'openai openai_compatible',
  azure:
    'azure azure.ai.openai azure.ai.inference az.ai.openai az.ai.inference azure_openai azure-openai azureopenai azure_ai azure_ai_inference azure-ai azure_text microsoft.foundry',
  bedrock: 'bedrock aws.bedrock aws_bedrock aws amazon amazon_bedrock amazon-bedrock bedrock_converse',
  anthropic: 'anthropic',
  vertex:
    'vertex gcp.vertex_ai gcp.vertex vertex_ai vertexai google_vertexai google.vertex google-vertex google_vertex vertex_ai_beta google_anthropic_vertex',
  google:
    'google gcp.gemini gcp.gen_ai gemini google_genai google-genai google_ai google-generative-ai google.generative-ai google_ai_studio palm',
  mistral: 'mistral mistral_ai mistralai mistral-ai',
  cohere: 'cohere cohere_chat',
  xai: 'xai x_ai x-ai x.ai grok',
  deepseek: 'deepseek deep_seek',
  moonshot: 'moonshot moonshot_ai moonshotai',
  alibaba: 'alibaba dashscope qwen alibaba_cloud aliyun',
  perplexity: 'perplexity perplexity_ai',
  groq: 'groq',
  openrouter: 'openrouter open_router',
  together: 'together together_ai togetherai together.ai',
  fireworks: 'fireworks fireworks_ai fireworks.ai',
  cloudflare: 'cloudflare workers-ai workers_ai workersai cloudflare_workers_ai',
  watsonx: 'watsonx ibm.watsonx.ai ibm_watsonx watsonx_text',
  huggingface: 'huggingface hugging_face hf huggingface_hub',
  replicate: 'replicate',
  deepinfra: 'deepinfra',
  cerebras: 'cerebras',
  sambanova: 'sambanova',
  nvidia: 'nvidia nvidia_nim nvidia-nim nim',
  databricks: 'databricks',
  sagemaker: 'sagemaker aws.sagemaker aws_sagemaker sagemaker_chat',
  snowflake: 'snowflake snowflake_cortex',
  github: 'github github_models github-models',
  vercel: 'vercel vercel_ai_gateway gateway',
  [selfHosted]:
    'self_hosted ollama ollama_chat vllm hosted_vllm lm_studio lmstudio llamafile llama.cpp llamacpp llama_cpp localai tgi text-generation-inference text_generation_inference sglang mlx xinference oobabooga docker_model_runner triton local',
  // A gateway that may ask anybody.
  [unknownPlatform]: 'litellm_proxy litellm',
}

const platforms: ReadonlyMap<string, string> = new Map(
  Object.entries(namesOfPlatforms).flatMap(([platform, names]) => names.split(' ').map((name) => [name, platform])),
)

/** Vendors that serve their own models under their own name: before a model, their name may be the vendor's alone. */
const vendorsOwn: ReadonlySet<string> = new Set([
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
  'xai',
  'deepseek',
  'moonshot',
  'alibaba',
  'perplexity',
  'nvidia',
])

/** Where `amazon/` and `microsoft/` name whose a model is, a platform's name says no more. */
const vendorsToo: ReadonlySet<string> = new Set(['amazon', 'google', 'local'])

/** The platform of a provider as `gen_ai.provider.name` names it; what follows its last dots may be the kind of a client, as in `openai.chat`. */
export function platformOfProvider(provider: string): string {
  let name = provider.trim().toLowerCase()
  while (name !== '') {
    const platform = platforms.get(name)
    if (platform !== undefined) return platform
    name = name.slice(0, Math.max(0, name.lastIndexOf('.')))
  }
  return unknownPlatform
}

/** The platform that a prefix such as `bedrock/` says by itself; undefined for that of a vendor. */
export function platformOfPrefix(prefix: string): string | undefined {
  const platform = platforms.get(prefix)
  if (platform === undefined || vendorsOwn.has(platform) || vendorsToo.has(prefix)) return undefined
  return platform
}

/** Where a vendor's model runs when nothing else is said. */
export function platformOfVendor(vendor: string): string {
  if (vendor === 'amazon') return 'bedrock'
  return vendorsOwn.has(vendor) && vendor !== 'nvidia' ? vendor : unknownPlatform
}

/**
 * Platforms that a provider's name says little of: clients made for them are pointed at anybody's server that speaks as they do, and Google's is one
 * for two of its platforms.
 */
const spokenElsewhere: ReadonlySet<string> = new Set([...vendorsOwn, 'huggingface'])

/** Vendors of models that nobody runs for himself: under a client of theirs, one is theirs. */
const closed: ReadonlySet<string> = new Set(['openai', 'anthropic'])
const openWeights = /^(?:gpt-oss|whisper)/

/** Where a model ran whose name doesn't say so, by the provider's platform; null where that is only what the client is called. */
export function impliedPlatform(platform: string, vendor: string | null, name: string): string | null {
  if (platform === unknownPlatform) return null
  if (!spokenElsewhere.has(platform)) return platform
  return platform === vendor && closed.has(vendor) && !openWeights.test(name) ? platform : null
}

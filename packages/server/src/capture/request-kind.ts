/** What a request asks for; `unknown` where nothing says so. */
export type RequestKind = 'chat' | 'embeddings' | 'rerank' | 'unknown'

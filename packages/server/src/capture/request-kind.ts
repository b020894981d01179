/** The kind of request to a model; `unknown` where nothing says so. */
export type RequestKind = 'chat' | 'embeddings' | 'rerank' | 'unknown'

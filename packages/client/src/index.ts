export {
  type Client,
  type ClientOptions,
  createClient,
  type Input,
  type InputArgument,
  type OperationId,
  requestOf,
} from './client.ts'
export { ApiProblem, NoAnswer } from './failures.ts'
export {
  type AnswerHeaders,
  createTransport,
  type Fetch,
  type FetchAnswer,
  type FetchRequest,
  type Transport,
  type TransportAnswer,
  type TransportOptions,
  type TransportRequest,
} from './transport.ts'
export { items, pages } from './pages.ts'
export type * from './operations.ts'

import { describeApi } from '../packages/server/src/instance/api-description.ts'

/** `docs/reference/openapi.json`: the API as the server describes it at \`/openapi.json\`. */
export async function openapiReference(): Promise<string> {
  const { openapi } = await describeApi()
  return `${JSON.stringify(openapi, null, 2)}\n`
}

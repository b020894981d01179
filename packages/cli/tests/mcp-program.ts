import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { offerIn, serverOf } from './mcp-stand-in.ts'

// `node mcp-program.ts OFFER [serve|reject]`: an MCP server over stdio that lists what stands in the file. It prints what isn't a message, as
// programs do.
const [, , path = '', legacy] = process.argv
console.log('Listening on standard input.')
serveStdio(() => serverOf(offerIn(path)), { legacy: legacy === 'reject' ? 'reject' : 'serve' })

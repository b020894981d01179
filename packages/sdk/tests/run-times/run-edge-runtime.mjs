// `run-edge-runtime.mjs SCRIPT ENDPOINT KEY`: runs a script in Vercel's edge run time, and prints its answer.
import { readFileSync } from 'node:fs'
import { EdgeRuntime } from 'edge-runtime'

const [script, endpoint, apiKey] = process.argv.slice(2)
const runtime = new EdgeRuntime({ initialCode: readFileSync(script, 'utf8') })
const response = await runtime.dispatchFetch(`http://edge.example/?${new URLSearchParams({ endpoint, apiKey })}`)
console.log(await response.text())

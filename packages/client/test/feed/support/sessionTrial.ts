/**
 * Plants each fault in the source code of the session. Prints one JSON line per fault. Runs in a separate process,
 * because each fault loads the session's modules again, under another URL.
 */
import { registerHooks } from "node:module"
import { sessionFaults } from "./sessionFaults.ts"
import type * as sessionModel from "./sessionModel.ts"

const copied = /\/client\/(?:src\/feed|test\/feed\/support)\//

const faultOf = (url: string | undefined): string | null =>
  url?.startsWith("file:") === true ? new URL(url).searchParams.get("fault") : null

registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const resolved = nextResolve(specifier, context)
    const fault = faultOf(context.parentURL)
    return fault === null || !copied.test(resolved.url)
      ? resolved
      : { ...resolved, url: `${resolved.url}?fault=${fault}` }
  },
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    const planted = sessionFaults[Number(faultOf(url) ?? -1)]
    if (planted === undefined || !new URL(url).pathname.endsWith(`/src/feed/session/${planted.file}`)) return loaded
    const source = String(loaded.source)
    const found = [...source.matchAll(new RegExp(planted.pattern, "g"))].length
    if (found !== 1) throw new Error(`the pattern matches ${found} times, not once`)
    return { ...loaded, source: source.replace(planted.pattern, () => planted.replacement) }
  }
})

const [from = "0", to = String(sessionFaults.length), seed = "2", numRuns = "8000"] = process.argv.slice(2)
for (let index = Number(from); index < Number(to); index++) {
  const { name } = sessionFaults[index]!
  let verdict: string
  try {
    const { run } = (await import(`./sessionModel.ts?fault=${index}`)) as typeof sessionModel
    verdict = run({ seed: Number(seed), numRuns: Number(numRuns), shrink: false }) === undefined ? "missed" : "detected"
  } catch (error) {
    verdict = String(error)
  }
  console.log(JSON.stringify({ name, verdict }))
}

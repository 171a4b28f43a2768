/**
 * Measures the time from the start of the command `kalshi-sandbox` to its first response, as one bundled file and as
 * separate modules. This is not a test.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { bundle } from "../bundle.ts"

const rounds = 11

/** Milliseconds from the start of the command to the last byte of its first response. */
const firstResponse = async (file: string): Promise<number> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [file, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = await once(child.stdout, "data")
  const [, url] = /(http:\S+\/trade-api\/v2),/.exec(String(line)) ?? []
  await (await fetch(`${url}/exchange/status`)).text()
  const millis = performance.now() - begun
  child.kill()
  await once(child, "exit")
  return millis
}

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const candidates = { bundle: file("dist/bin/kalshi-sandbox.js"), modules: file("src/operator/command.ts") }

await bundle()
console.log(`kalshi-sandbox, from its start to its first response, ${rounds} rounds, Node ${process.version}`)
const taken = { bundle: [] as Array<number>, modules: [] as Array<number> }
for (let round = 0; round < rounds; round++) {
  for (const name of ["bundle", "modules"] as const) taken[name].push(await firstResponse(candidates[name]))
}
for (const name of ["bundle", "modules"] as const) {
  const millis = taken[name].toSorted((a, b) => a - b)
  console.log(
    `${name.padEnd(8)} median ${millis[rounds >> 1]?.toFixed(0)} ms, slowest ${millis[rounds - 1]?.toFixed(0)} ms`
  )
}

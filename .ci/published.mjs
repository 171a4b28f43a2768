/** Imports every module of the installed packages, and asks the installed command for the exchange's status. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync } from "node:fs"

let modules = 0
for (const name of ["signing", "client", "sandbox", "cli"]) {
  for (const file of readdirSync(`node_modules/@kalshi-effect/${name}/dist`)) {
    if (!/^[A-Z]\w*\.js$/.test(file)) continue
    await import(`@kalshi-effect/${name}/${file.slice(0, -".js".length)}`)
    modules++
  }
}
const child = spawn("node_modules/.bin/kalshi-sandbox", ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })
try {
  const [line] = await once(child.stdout, "data")
  const url = /http:\S+\/trade-api\/v2/.exec(String(line))?.[0]
  const answer = await fetch(`${url}/exchange/status`)
  if (answer.status !== 200) throw new Error(`kalshi-sandbox answered ${answer.status}`)
  console.log(`Node ${process.version}: ${modules} modules imported, kalshi-sandbox answered ${await answer.text()}`)
} finally {
  child.kill()
}

/**
 * Imports every module of the installed packages. Starts the installed `kalshi-sandbox`, and sends a request to it with
 * the client.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

/**
 * If the `exports` map has a pattern, the modules are the files directly in `dist` whose names start with a capital
 * letter.
 */
const namesOf = (folder) => {
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
  const files = readdirSync(`${folder}/dist`).filter((file) => /^[A-Z]\w*\.js$/.test(file))
  return "./*" in exports
    ? files.map((file) => file.slice(0, -".js".length))
    : Object.keys(exports).flatMap((path) => (path === "./package.json" ? [] : [path.slice("./".length)]))
}

let modules = 0
for (const name of ["signing", "client", "sandbox", "cli"]) {
  for (const module of namesOf(`node_modules/@kalshi-effect/${name}`)) {
    await import(`@kalshi-effect/${name}/${module}`)
    modules++
  }
}
const child = spawn("node_modules/.bin/kalshi-sandbox", ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })
try {
  const [line] = await once(child.stdout, "data")
  const [url = ""] = /http:[^\s,]+(?=\/trade-api\/v2)/.exec(String(line)) ?? []
  const environment = Result.getOrThrow(Environment.fromUrl(url))
  const layer = Layer.provide(Kalshi.layerPublic({ environment }), FetchHttpClient.layer)
  const { trading_active } = await Effect.runPromise(Effect.provide(Exchange.status(), layer))
  if (!trading_active) throw new Error("kalshi-sandbox reports that trading is not active")
  const { origin } = new URL(url)
  for (const path of ["/sandbox/", "/sandbox/page/main.js", "/sandbox/page/page.css"]) {
    const { status } = await fetch(origin + path)
    if (status !== 200) throw new Error(`kalshi-sandbox does not serve its page: ${path} is ${status}`)
  }
  console.log(`Node ${process.version}: ${modules} modules imported, kalshi-sandbox started and answered the client`)
} finally {
  child.kill()
}

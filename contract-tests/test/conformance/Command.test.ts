import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { run, start } from "../runner/support/command.ts"

describe("kalshi-contract serve", () => {
  it("refuses an invalid --port and an invalid --settle-millis", async () => {
    assert.deepStrictEqual(await run(["serve", "--port", "65536"]), {
      code: 2,
      stdout: "",
      stderr: "--port must be a port from 0 to 65535, not 65536\n"
    })
    assert.strictEqual((await run(["serve", "--settle-millis=-1"])).code, 2)
  })

  it("refuses a port that is in use, and names the option --port", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const { port } = server.address() as AddressInfo // a server that listens on a port has this kind of address
    const { code, stderr } = await run(["serve", "--port", String(port)])
    server.close()
    assert.strictEqual(code, 2)
    assert.strictEqual(stderr, `cannot listen on 127.0.0.1:${port}. Choose another port with --port\n`)
  })

  it("prints its address, and ends on SIGTERM", async () => {
    const { child, ended } = start(["serve", "--port", "0"])
    const [text] = (await new Promise((resolve) => child.stdout?.once("data", (...data) => resolve(data)))) as [unknown]
    const [address = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text)) ?? []
    assert.strictEqual((await fetch(`${address}/scenarios`)).status, 200)
    // A scenario that is still in progress must not prevent the end of the process.
    const client = { name: "mine", version: "1", language: "Go" }
    await fetch(`${address}/runs`, { method: "POST", body: JSON.stringify({ client }) })
    assert.strictEqual((await fetch(`${address}/runs/1/scenarios/error-nested`, { method: "POST" })).status, 201)
    child.kill("SIGTERM")
    assert.notStrictEqual((await ended).code, 0)
  })
})

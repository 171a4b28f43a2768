import { createServer, type Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { afterAll, assert, beforeAll, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Browser, chromium } from "../../../sandbox/test/support/chromium.ts"
import { RelayWorld, layer as world } from "./support.ts"

if (chromium === undefined) {
  console.log(
    "Skipped the tests of the relay in a browser, because Chromium was not found. Install Chromium, or set CHROMIUM to its path"
  )
}

/** The page of a site: opens the live book of a market, and shows its best bid. */
const page = `<!doctype html><title>A page</title><p id="bid"></p><p id="state"></p><script>
  const show = (id, text) => (document.getElementById(id).textContent = text)
  const socket = new WebSocket("ws://127.0.0.1:" + location.hash.slice(1) + "/trade-api/ws/v2")
  socket.onopen = () => {
    const params = { channels: ["orderbook_delta"], market_tickers: ["A"], use_yes_price: true }
    socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params }))
  }
  socket.onclose = () => show("state", "closed")
  const bids = new Map()
  const add = (price, count) => {
    const sum = (bids.get(price) ?? 0) + Number(count)
    if (sum === 0) bids.delete(price)
    else bids.set(price, sum)
  }
  socket.onmessage = ({ data }) => {
    const { msg, type } = JSON.parse(data)
    if (type === "orderbook_snapshot") for (const [price, count] of msg.yes_dollars_fp ?? []) add(price, count)
    if (type === "orderbook_delta" && msg.side === "yes") add(msg.price_dollars, msg.delta_fp)
    show("bid", [...bids.keys()].sort().at(-1) ?? "")
  }
</script>`

describe.skipIf(chromium === undefined)("the relay and a browser", () => {
  let browser: Browser
  let site: Server

  beforeAll(async () => {
    browser = await Browser.start(chromium ?? "")
    site = createServer((_, response) => response.setHeader("content-type", "text/html").end(page)).listen(
      0,
      "127.0.0.1"
    )
    await once(site, "listening")
  })
  afterAll(async () => {
    await browser.stop()
    site.close()
  })

  const text = (id: string) => `document.querySelector("#${id}").textContent`

  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("sends the live book to a page of this machine", () =>
      Effect.gen(function* () {
        const { account, port, sandbox } = yield* RelayWorld
        const order = { ticker: "A", side: "bid", count: "10" } as const
        yield* sandbox.placeOrder(account.accountId, { ...order, price: "0.45" })
        const tab = yield* Effect.promise(() => browser.tab())
        const { port: sitePort } = site.address() as AddressInfo // a server that listens on a port has this kind of address
        yield* Effect.promise(() => tab.open(`http://localhost:${sitePort}/#${port}`))
        yield* Effect.promise(() => tab.until(`${text("bid")} === "0.4500"`))
        yield* sandbox.placeOrder(account.accountId, { ...order, price: "0.46" })
        yield* Effect.promise(() => tab.until(`${text("bid")} === "0.4600"`))
        assert.deepStrictEqual(tab.problems, [])
        yield* Effect.promise(() => tab.close())
      })
    )

    it.effect("refuses a page of a foreign origin", () =>
      Effect.gen(function* () {
        const { port } = yield* RelayWorld
        const tab = yield* Effect.promise(() => browser.tab())
        // The browser resolves this name to this machine, but the relay treats it as the name of another site.
        const { port: sitePort } = site.address() as AddressInfo // a server that listens on a port has this kind of address
        yield* Effect.promise(() => tab.open(`http://site.localhost:${sitePort}/#${port}`))
        yield* Effect.promise(() => tab.until(`${text("state")} === "closed"`))
        assert.strictEqual(yield* Effect.promise(() => tab.evaluate(text("bid"))), "")
        assert.include(tab.problems.join(), "403")
        yield* Effect.promise(() => tab.close())
      })
    )
  })
})

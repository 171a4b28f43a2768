import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { readdirSync } from "node:fs"
import { layer, layerTest, type Options, Sandbox } from "../../src/Sandbox.ts"
import { openStream } from "../support/eventStream.ts"
import { errorOf, send } from "../support/wire.ts"
import { order, rfq, ticker } from "../support/world.ts"

type Headers = Readonly<Record<string, string>>

const request = (
  method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS",
  path: string,
  headers: Headers = {},
  json?: unknown
) =>
  Effect.gen(function* () {
    const { url } = yield* Sandbox
    const client = yield* HttpClient.HttpClient
    const response = yield* client.execute(
      HttpClientRequest.make(method)(url + path, {
        headers,
        ...(json === undefined ? {} : { body: HttpBody.text(JSON.stringify(json), "application/json") })
      })
    )
    return { status: response.status, headers: response.headers, text: yield* response.text }
  })

const served = <A, E>(
  test: Effect.Effect<A, E, Sandbox | HttpClient.HttpClient | Scope.Scope>,
  options: Options = {}
) =>
  Effect.scoped(test).pipe(
    Effect.provide([
      layer({ markets: [{ ticker }], accounts: [{ name: "one" }, { name: "other" }], clock: "frozen", ...options }),
      NodeHttpClient.layerUndici
    ])
  )

const ownHeaders = Effect.map(Sandbox, ({ page, url }) => ({
  origin: url,
  "sec-fetch-site": "same-origin",
  "x-sandbox-token": Redacted.value(page?.token ?? Redacted.make(""))
}))

describe("the page", () => {
  it.live("is served with its token and a policy for its own scripts", () =>
    served(
      Effect.gen(function* () {
        const { page } = yield* Sandbox
        const { headers, status, text } = yield* request("GET", "/sandbox/")
        assert.strictEqual(status, 200)
        assert.include(text, `content="${Redacted.value(page?.token ?? Redacted.make(""))}"`)
        assert.notInclude(text, "%TOKEN%")
        assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
        const policy = headers["content-security-policy"] ?? ""
        for (const directive of [
          "default-src 'none'",
          "script-src 'self'",
          "connect-src 'self'",
          "frame-ancestors 'none'"
        ]) {
          assert.include(policy, directive)
        }
        assert.notInclude(policy, "unsafe")
        assert.deepInclude(headers, {
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "cross-origin-resource-policy": "same-origin"
        })
        // The page has no markup that the policy would block.
        assert.notMatch(text, /<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?:/)
      })
    )
  )

  it.live("is at /sandbox/, and / redirects to it", () =>
    served(
      Effect.gen(function* () {
        const { page, url } = yield* Sandbox
        assert.strictEqual(page?.url, `${url}/sandbox/`)
        const { headers, status } = yield* request("GET", "/")
        assert.deepStrictEqual([status, headers["location"]], [302, "/sandbox/"])
      })
    )
  )

  it.live("has every file of its folder, and no other file", () =>
    served(
      Effect.gen(function* () {
        const files = readdirSync(new URL("../../page/", import.meta.url))
        assert.includeMembers(files, ["index.html", "main.js", "page.css", "icon.svg"])
        for (const file of files) {
          const { headers, status } = yield* request("GET", `/sandbox/page/${file}`)
          const type = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", html: "text/html" }[
            file.split(".")[1] ?? ""
          ]
          assert.strictEqual(status, 200, file)
          assert.strictEqual(headers["content-type"]?.split(";")[0], type, file)
        }
        for (const path of [
          "nothing.js",
          "",
          "../../package.json",
          "%2e%2e/package.json",
          "..%2fpackage.json",
          "__proto__"
        ]) {
          assert.strictEqual((yield* request("GET", `/sandbox/page/${path}`)).status, 404, path)
        }
        assert.strictEqual((yield* request("POST", "/sandbox/page/main.js")).status, 404)
      })
    )
  )

  it.live("has a new token in each run, and does not exist for an exchange in memory", () =>
    Effect.gen(function* () {
      const token = served(Effect.map(Sandbox, ({ page }) => Redacted.value(page?.token ?? Redacted.make(""))))
      const [first, second] = [yield* token, yield* token]
      assert.match(first, /^[0-9a-f]{64}$/)
      assert.notStrictEqual(first, second)
      const inMemory = yield* Effect.provide(Sandbox, layerTest())
      assert.isUndefined(inMemory.page)
    })
  )
})

describe("the operator interface", () => {
  const foreign = "http://localhost:3000"

  it.live("accepts programs without a token, and its own page with the token", () =>
    served(
      Effect.gen(function* () {
        const own = yield* ownHeaders
        const { "x-sandbox-token": token, ...withoutToken } = own
        const { host } = new URL((yield* Sandbox).url)
        const market = (name: string) => ({ ticker: name })
        const cases: ReadonlyArray<readonly [number, Headers]> = [
          [200, {}],
          [200, own],
          [200, { ...own, "sec-fetch-site": "none" }],
          [403, withoutToken],
          [403, { ...own, "x-sandbox-token": "" }],
          [403, { ...own, "x-sandbox-token": token.slice(1) }],
          [403, { ...own, "x-sandbox-token": token.replace(/./, "x") }],
          [403, { ...own, origin: foreign }],
          [403, { ...own, origin: "null" }],
          [403, { ...own, origin: `https://${host}` }],
          [403, { ...own, origin: own.origin.replace("127.0.0.1", "localhost") }],
          [403, { ...own, "sec-fetch-site": "same-site" }],
          [403, { ...own, "sec-fetch-site": "cross-site" }],
          // These requests come from a browser that sends no origin, or use a host name that resolves to this machine
          // by DNS rebinding.
          [403, { "sec-fetch-site": "cross-site" }],
          [403, { "sec-fetch-site": "same-origin" }],
          [403, { host: "exchange.example.com" }],
          [403, { ...own, host: "exchange.example.com", origin: "http://exchange.example.com" }],
          [403, { host: "127.0.0.1.example.com" }]
        ]
        for (const [index, [status, headers]] of cases.entries()) {
          const got = yield* request("POST", "/sandbox/markets", headers, market(`KXCASE-${index}`))
          assert.strictEqual(got.status, status, JSON.stringify(headers))
          const created = yield* request("GET", `/trade-api/v2/markets/KXCASE-${index}`)
          assert.strictEqual(created.status, status === 200 ? 200 : 404, JSON.stringify(headers))
        }
      })
    )
  )

  it.live("requires the token for changes that its page requests", () =>
    served(
      Effect.gen(function* () {
        const { "x-sandbox-token": _token, ...headers } = yield* ownHeaders
        for (const [method, path] of [
          ["POST", "/sandbox/reset"],
          ["PUT", "/sandbox/snapshot"],
          ["DELETE", "/sandbox/accounts/a/orders/b"]
        ] as const) {
          const got = yield* request(method, path, headers, method === "DELETE" ? undefined : {})
          assert.strictEqual(got.status, 403, path)
          assert.include(got.text, "Load the page again")
        }
      })
    )
  )

  it.live("shows no data to a page of another origin", () =>
    served(
      Effect.gen(function* () {
        for (const path of [
          "accounts",
          "requests",
          "dump",
          "snapshot",
          "faults",
          "feed",
          "stream",
          "page/main.js",
          ""
        ]) {
          for (const headers of [{ origin: foreign }, { "sec-fetch-site": "same-site" }, { host: "a.example" }]) {
            const got = yield* request("GET", `/sandbox/${path}`, headers)
            assert.strictEqual(got.status, 403, `${path} ${JSON.stringify(headers)}`)
            assert.isUndefined(got.headers["access-control-allow-origin"])
          }
        }
      })
    )
  )

  it.live("serves its page, but no data, if a user follows a link on another site", () =>
    served(
      Effect.gen(function* () {
        const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }
        assert.strictEqual((yield* request("GET", "/sandbox/", link)).status, 200)
        assert.strictEqual((yield* request("GET", "/sandbox/", { ...link, "sec-fetch-dest": "iframe" })).status, 403)
        assert.strictEqual((yield* request("GET", "/sandbox/", { ...link, host: "a.example" })).status, 403)
        assert.strictEqual((yield* request("GET", "/sandbox/stream", link)).status, 403)
        assert.strictEqual((yield* request("GET", "/sandbox/snapshot", link)).status, 403)
      })
    )
  )

  it.live("gives private keys to programs, but not to its page", () =>
    served(
      Effect.gen(function* () {
        const own = yield* ownHeaders
        const [account] = yield* (yield* Sandbox).accounts
        for (const path of ["/sandbox/accounts", `/sandbox/accounts/${account?.accountId}/keys`]) {
          const got = yield* request("POST", path, own, { kind: "ed25519" })
          assert.strictEqual(got.status, 403)
          assert.notInclude(got.text, "PRIVATE KEY")
          assert.include((yield* request("POST", path, {}, { kind: "ed25519" })).text, "PRIVATE KEY")
        }
      })
    )
  )

  it.live("places and cancels an order of an account", () =>
    served(
      Effect.gen(function* () {
        const own = yield* ownHeaders
        const [one] = (yield* Sandbox).credentials
        const orders = `/sandbox/accounts/${one?.accountId}/orders`
        const terms = { ticker, side: "bid", count: "5", price: "0.40" }
        const placed = yield* request("POST", orders, own, terms)
        assert.strictEqual(placed.status, 200)
        const { orderId, status } = JSON.parse(placed.text) as { orderId: string; status: string } // the next lines check both fields
        assert.strictEqual(status, "resting")
        const read = yield* send({ method: "GET", path: `/portfolio/orders/${orderId}`, ...(one && { by: one }) })
        assert.strictEqual(read.status, 200)
        const canceled = yield* request("DELETE", `${orders}/${orderId}`, own)
        assert.deepInclude(JSON.parse(canceled.text), { status: "canceled", cancelReason: "requested" })
        assert.strictEqual((yield* request("DELETE", `${orders}/${orderId}`, own)).status, 400)
        for (const [change, reason] of [
          [{ price: "0.405" }, "price"],
          [{ price: "40" }, "price must be dollars"],
          [{ count: "x" }, "count must be a number"],
          [{ ticker: "KXNONE-1" }, "market"],
          [{ side: "yes" }, "side"],
          [{ count: "9999999" }, "insufficient"]
        ] as const) {
          const refused = yield* request("POST", orders, own, { ...terms, ...change })
          assert.strictEqual(refused.status, 400, JSON.stringify(change))
          assert.include(refused.text.toLowerCase(), reason)
        }
        assert.strictEqual((yield* request("POST", "/sandbox/accounts/none/orders", own, terms)).status, 400)
      })
    )
  )

  it.live("cancels an order of a subaccount on another shard, but no order of another account", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const [one, other] = yield* sandbox.accounts
        const accountId = one?.accountId ?? ""
        yield* sandbox.createMarket({ ticker: "KXSHARD-26-A", exchangeIndex: 2 })
        yield* sandbox.createSubaccount(accountId)
        yield* sandbox.deposit(accountId, "10", { subaccount: 1, exchangeIndex: 2 })
        const terms = { ticker: "KXSHARD-26-A", side: "bid", count: "1", price: "0.10", subaccount: 1 } as const
        const { orderId } = yield* sandbox.placeOrder(accountId, terms)
        assert.isTrue((yield* Effect.exit(sandbox.cancelOrder(other?.accountId ?? "", orderId)))._tag === "Failure")
        assert.strictEqual((yield* sandbox.cancelOrder(accountId, orderId)).status, "canceled")
      })
    )
  )

  it.live("lists the planted faults with their remaining repetitions", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        yield* sandbox.plant({ status: 503, path: "/exchange/status", times: 2 })
        yield* sandbox.plant({ feed: "frame", change: "skip" })
        yield* send({ method: "GET", path: "/exchange/status" })
        assert.deepStrictEqual(JSON.parse((yield* request("GET", "/sandbox/faults")).text), [
          { fault: { status: 503, path: "/exchange/status", times: 2 }, left: 1 },
          { fault: { feed: "frame", change: "skip" }, left: 1 }
        ])
        yield* sandbox.clearFaults
        assert.strictEqual((yield* request("GET", "/sandbox/faults")).text, "[]")
      })
    )
  )
})

describe("the stream of the page", () => {
  it.live("begins with the whole state, and continues with changes", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const [one, other] = sandbox.credentials
        const accountId = one?.accountId ?? ""
        yield* sandbox.placeOrder(accountId, { ticker, side: "bid", count: "5", price: "0.40" })
        const stream = yield* openStream(sandbox.url, `?market=${ticker}&account=${accountId}`)
        assert.strictEqual(stream.response.headers["content-type"], "text/event-stream")
        const whole = yield* stream.find(({ isWhole }) => isWhole === true)
        assert.deepInclude(whole, { clock: "frozen", totalMarkets: 1, trades: { items: [], discarded: 0 } })
        assert.deepInclude(JSON.stringify(whole["market"]), '"bid":[[4000,500]],"ask":[]')
        assert.deepInclude(JSON.stringify(whole["account"]), '"remainingCount":500')
        assert.include(JSON.stringify(whole["markets"]), `"ticker":"${ticker}"`)
        assert.include(JSON.stringify(whole["accounts"]), '"name":"other"')

        yield* sandbox.placeOrder(other?.accountId ?? "", { ticker, side: "ask", count: "2", price: "0.40" })
        const traded = yield* stream.find(({ trades }) => JSON.stringify(trades ?? "").includes('"count":200'))
        assert.isUndefined(traded["isWhole"])
        assert.include(JSON.stringify(traded["trades"]), '"takerSide":"ask"')
        assert.include(JSON.stringify(traded["market"]), '"bid":[[4000,300]]')
        assert.include(JSON.stringify(traded["account"]), '"count":200')
        assert.notProperty(traded, "accounts")
        assert.notProperty(traded, "rfqs")

        yield* send({ method: "GET", path: "/exchange/status", ...(one && { by: one }) })
        const requests = yield* stream.find(({ requests }) =>
          JSON.stringify(requests ?? "").includes("GetExchangeStatus")
        )
        assert.include(JSON.stringify(requests), `"accountId":"${accountId}"`)
        yield* sandbox.plant({ status: 503 })
        yield* stream.find(({ faults }) => JSON.stringify(faults ?? "").includes("503"))
        yield* sandbox.moveClock(60_000)
        const before = Number(whole["time"])
        yield* stream.find(({ time }) => time === before + 60_000)
        yield* sandbox.pauseMarket(ticker)
        yield* stream.find(({ markets }) => JSON.stringify(markets ?? "").includes('"status":"inactive"'))
        yield* sandbox.createMarket({ ticker: "KXNEW-26-A" })
        yield* stream.find(({ markets }) => JSON.stringify(markets ?? "").includes("KXNEW-26-A"))
        yield* send({
          method: "POST",
          path: "/communications/rfqs",
          json: rfq({ market_ticker: "KXNEW-26-A" }),
          ...(one && { by: one })
        })
        yield* sandbox.clearFaults
        yield* send({
          method: "POST",
          path: "/communications/rfqs",
          json: rfq({ market_ticker: "KXNEW-26-A" }),
          ...(one && { by: one })
        })
        yield* stream.find(({ rfqs }) => JSON.stringify(rfqs ?? "").includes("KXNEW-26-A"))
      })
    )
  )

  it.live("sends the whole state again after a reset", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const stream = yield* openStream(sandbox.url)
        yield* stream.find(({ isWhole }) => isWhole === true)
        yield* sandbox.createMarket({ ticker: "KXLATER-26-A" })
        yield* stream.find(({ markets }) => JSON.stringify(markets ?? "").includes("KXLATER"))
        yield* sandbox.reset
        const again = yield* stream.find((message) => message["isWhole"] === true && message !== stream.messages[0])
        assert.notInclude(JSON.stringify(again), "KXLATER")
        // After the reset, the stream shows the changes of the new exchange.
        yield* sandbox.createMarket({ ticker: "KXAGAIN-26-A" })
        yield* stream.find(({ markets }) => JSON.stringify(markets ?? "").includes("KXAGAIN"))
      })
    )
  )

  it.live("shows that an order expires even if nothing else happens on the exchange", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const accountId = sandbox.credentials[0]?.accountId ?? ""
        const expirationSeconds = Math.floor(Date.now() / 1_000) + 2
        yield* sandbox.placeOrder(accountId, { ticker, side: "bid", count: "5", price: "0.40", expirationSeconds })
        const stream = yield* openStream(sandbox.url, `?market=${ticker}`)
        yield* stream.find(({ market }) => JSON.stringify(market ?? "").includes('"bid":[[4000,500]]'))
        yield* stream.find(({ market }) => JSON.stringify(market ?? "").includes('"bid":[],"ask":[]'))
      }),
      { clock: "real" }
    )
  )

  it.live("contains no private key, no signature and no token", () =>
    served(
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const [one] = sandbox.credentials
        const stream = yield* openStream(sandbox.url, `?market=${ticker}&account=${one?.accountId}`)
        yield* send({ method: "POST", path: "/portfolio/events/orders", json: order(), ...(one && { by: one }) })
        yield* send({ method: "POST", path: "/api_keys/generate", json: { name: "new" }, ...(one && { by: one }) })
        yield* stream.find(({ requests }) => JSON.stringify(requests ?? "").includes("GenerateApiKey"))
        const text = JSON.stringify(stream.messages)
        for (const secret of [
          "PRIVATE KEY",
          "PUBLIC KEY",
          "signature",
          Redacted.value(sandbox.page?.token ?? Redacted.make("x")),
          one?.keyId ?? ""
        ]) {
          assert.notInclude(text, secret)
        }
      })
    )
  )

  it.live("serves sixteen pages at once, and refuses more until one is closed", () =>
    served(
      Effect.gen(function* () {
        const { url } = yield* Sandbox
        const streams = yield* Effect.forEach(Array.from({ length: 16 }), () => openStream(url))
        yield* Effect.forEach(streams, (stream) => stream.find(({ isWhole }) => isWhole === true))
        const refused = yield* request("GET", "/sandbox/stream")
        assert.strictEqual(refused.status, 503)
        streams[0]?.response.destroy()
        yield* Effect.eventually(
          Effect.flatMap(Effect.scoped(openStream(url)), ({ response }) =>
            response.statusCode === 200 ? Effect.void : Effect.fail("full")
          )
        )
      })
    )
  )
})

describe("the option cors", () => {
  const origin = "http://localhost:3000"
  const preflight = {
    origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "kalshi-access-key"
  }

  it.live("permits pages of the listed origins to call the API, with the signature headers", () =>
    served(
      Effect.gen(function* () {
        const asked = yield* request("OPTIONS", "/trade-api/v2/exchange/status", preflight)
        assert.strictEqual(asked.status, 204)
        assert.strictEqual(asked.headers["access-control-allow-origin"], origin)
        for (const header of [
          "kalshi-access-key",
          "kalshi-access-timestamp",
          "kalshi-access-signature",
          "content-type"
        ]) {
          assert.include(asked.headers["access-control-allow-headers"], header)
        }
        const read = yield* request("GET", "/trade-api/v2/exchange/status", { origin })
        assert.deepInclude(read.headers, {
          "access-control-allow-origin": origin,
          "access-control-expose-headers": "date, retry-after",
          vary: "origin"
        })
        const refused = yield* request("GET", "/trade-api/v2/portfolio/balance", { origin })
        assert.deepStrictEqual([refused.status, refused.headers["access-control-allow-origin"]], [401, origin])
      }),
      { cors: ["https://app.example.com", origin] }
    )
  )

  it.live("permits no other origin, and no access to the operator interface", () =>
    served(
      Effect.gen(function* () {
        for (const [path, headers] of [
          ["/trade-api/v2/exchange/status", { ...preflight, origin: "http://localhost:3001" }],
          ["/sandbox/accounts", preflight],
          ["/sandbox/stream", preflight],
          ["/", preflight]
        ] as const) {
          const asked = yield* request("OPTIONS", path, headers)
          assert.notStrictEqual(asked.status, 204, path)
          assert.isUndefined(asked.headers["access-control-allow-origin"], path)
        }
        const read = yield* request("GET", "/sandbox/accounts", { origin })
        assert.strictEqual(read.status, 403)
      }),
      { cors: [origin] }
    )
  )

  it.live("permits no origin by default", () =>
    served(
      Effect.gen(function* () {
        const asked = yield* request("OPTIONS", "/trade-api/v2/exchange/status", preflight)
        assert.strictEqual(asked.status, 405)
        const read = yield* request("GET", "/trade-api/v2/exchange/status", { origin })
        assert.deepStrictEqual([read.status, read.headers["access-control-allow-origin"]], [200, undefined])
      })
    )
  )

  it.live("refuses to start with a text that is not an origin", () =>
    Effect.gen(function* () {
      for (const text of [
        "*",
        "null",
        "localhost:3000",
        "http://localhost:3000/",
        "http://a.example/path",
        "ftp://a.example"
      ]) {
        const started = yield* Effect.exit(served(Effect.void, { cors: [text] }))
        assert.include(JSON.stringify(started), "is not an origin", text)
      }
    })
  )
})

describe("a request to another host name", () => {
  it.live("is refused, and the error names a permitted address", () =>
    served(
      Effect.gen(function* () {
        const got = yield* request("GET", "/sandbox/accounts", { host: "exchange.example.com" })
        const body = JSON.parse(got.text) as unknown // only `details` is read from the body
        assert.include(String(errorOf({ status: got.status, headers: {}, body }).details), "127.0.0.1")
      })
    )
  )
})

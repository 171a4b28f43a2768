import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createServer, type Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { layer, type Options, Sandbox } from "../../src/Sandbox.ts"
import { Browser, chromium, type Tab } from "../support/chromium.ts"

const ticker = "KXPAGE-26-A"
const title = "<img src=x onerror=\"document.title='markup'\"> & <b>text</b>"

if (chromium === undefined) {
  console.log("skipped: the tests of the page in a browser. Install Chromium, or set CHROMIUM to its path")
}

describe.skipIf(chromium === undefined)("the page in a browser", () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await Browser.start(chromium ?? "")
  })
  afterAll(() => browser.stop())

  const inTab = (
    test: (tab: Tab, sandbox: typeof Sandbox.Service) => Promise<void>,
    options: Options = {},
    width?: number
  ) =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* Effect.promise(async () => {
        const tab = await browser.tab(width)
        await tab.open(sandbox.page?.url ?? "")
        await tab.until("document.querySelector('#live').textContent === 'live'")
        await test(tab, sandbox)
        await tab.close()
      })
    }).pipe(
      Effect.provide(
        layer({ markets: [{ ticker, title }], accounts: [{ name: "one" }, { name: "other" }], ...options })
      )
    )

  const text = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).innerText`

  it.live("places and cancels an order with the keyboard only", () =>
    inTab(async (tab, sandbox) => {
      await tab.until(`${text("#market-title")} !== 'No market'`)
      await tab.until(`${text("#balances")}.includes('$1,000,000.00')`)
      await tab.tabTo("#order input[name=side]")
      await tab.press("ArrowRight")
      await tab.tabTo("#order input[name=count]")
      await tab.type("7.5")
      await tab.tabTo("#order input[name=price]")
      await tab.type("62.5")
      // The market's prices are whole cents, so the exchange refuses the order. The page shows why.
      await tab.press("Enter")
      await tab.until(`${text("#order-result")}.includes('price')`)
      assert.isTrue(tab.problems.splice(0).every((problem) => problem.includes("status of 400")))
      await tab.type("62")
      await tab.press("Enter")
      await tab.until(`${text("#order-result")} === 'Sell YES: 7.5 resting at 62¢'`)
      await tab.until(`${text("#asks")}.includes('62¢') && ${text("#asks")}.includes('7.5')`)
      await tab.until(`document.querySelector('#depth svg').getAttribute('aria-label').includes('best ask 62¢')`)
      const view = await Effect.runPromise(sandbox.view)
      assert.include(JSON.stringify(view.book(ticker)), '"ask":[[6200,750]]')

      await tab.tabTo("#orders button")
      assert.strictEqual(
        await tab.evaluate("document.activeElement.getAttribute('aria-label')"),
        `Cancel Sell YES 7.5 at 62¢, ${ticker}`
      )
      await tab.press("Enter")
      await tab.until(`!${text("#asks")}.includes('62¢')`)
      await tab.until("document.querySelector('#orders-empty').hidden === false")
      assert.deepStrictEqual(tab.problems, [])
    })
  )

  it.live("manages a market, the clock and faults with the keyboard only", () =>
    inTab(async (tab, sandbox) => {
      const press = async (selector: string, label: string) => {
        await tab.evaluate(
          `[...document.querySelectorAll(${JSON.stringify(`${selector} button`)})].find((b) => b.innerText.trim() === ${JSON.stringify(label)}).dataset.next = ""`
        )
        await tab.tabTo("[data-next]")
        await tab.press("Enter")
        await tab.evaluate("delete document.querySelector('[data-next]').dataset.next")
      }
      await tab.until(`${text("#market-ticker")}.includes('open')`)
      await press("#manage", "Pause")
      await tab.until(`${text("#market-ticker")}.includes('paused')`)
      await press("#manage", "Resume")
      await tab.until(`${text("#market-ticker")}.includes('open')`)
      await press("#manage", "Result value")
      await tab.tabTo("#value-dialog input")
      await tab.type("25")
      await tab.press("Enter")
      await tab.until(`${text("#market-ticker")}.includes('determined, result 25¢')`)
      await press("#manage", "Dispute")
      await tab.until(`${text("#market-ticker")}.includes('disputed')`)
      await press("#manage", "Result YES")
      assert.include(await tab.evaluate(text("#market-ticker")), "disputed")
      assert.strictEqual(await tab.evaluate("document.activeElement.innerText"), "Confirm: Result YES")
      await tab.press("Enter")
      await tab.until(`${text("#market-ticker")}.includes('determined again, result YES')`)
      await press("#manage", "Settle")
      await tab.press("Enter")
      await tab.until(`${text("#market-ticker")}.includes('settled')`)

      const before = (await Effect.runPromise(sandbox.view)).nowMillis
      await press("#moves", "+1 h")
      await tab.until(`${text("#offset")}.includes('1 h ahead')`)
      assert.isAtLeast((await Effect.runPromise(sandbox.view)).nowMillis - before, 3_600_000)

      await press("#rest-faults", "503")
      await press("#feed-faults", "Gap")
      await tab.until(`${text("#planted")}.includes('any request: status 503') && ${text("#planted")}.includes('skip')`)
      assert.strictEqual((await fetch(`${sandbox.url}/trade-api/v2/exchange/status`)).status, 503)
      await tab.until(`${text("#request-list")}.includes('503')`)
      await press("#faults", "Clear all")
      await tab.until("document.querySelector('#planted-empty').hidden === false")
      assert.deepStrictEqual(tab.problems, [])
    })
  )

  it.live("creates a market in a dialog, and shows it", () =>
    inTab(
      async (tab) => {
        await tab.until("document.querySelector('#markets-empty').hidden === false")
        await tab.tabTo("#new-market")
        await tab.press("Enter")
        await tab.until("document.querySelector('#market-dialog').open")
        await tab.tabTo("#market-dialog input[name=ticker]")
        await tab.press("Enter")
        await tab.until(`${text("#market-dialog .result")} !== ''`)
        await tab.type("KXNEW-26-A")
        await tab.press("Enter")
        await tab.until(`!document.querySelector('#market-dialog').open && ${text("#market-title")} === 'KXNEW-26-A'`)
        // The refusal of the empty ticker is the only entry in the console.
        assert.isTrue(tab.problems.every((problem) => problem.includes("400")))
      },
      { markets: [] }
    )
  )

  it.live("shows a title as text, not as markup", () =>
    inTab(async (tab) => {
      await tab.until(`${text("#market-title")} === ${JSON.stringify(title)}`)
      assert.strictEqual(await tab.evaluate("document.querySelectorAll('main img, main b b').length"), 0)
      assert.strictEqual(await tab.evaluate("document.title"), "Local exchange")
      // The content security policy refuses markup even if a script of the page sets it.
      const refused = await tab.evaluate(
        "(() => { try { document.body.innerHTML = '<i>'; return false } catch { return true } })()"
      )
      assert.isTrue(refused)
    })
  )

  it.live("keeps the focus and shows new trades while the book changes", () =>
    inTab(async (tab, sandbox) => {
      const [one, other] = sandbox.credentials.map(({ accountId }) => accountId)
      const place = (accountId = "", side: "bid" | "ask", price: string) =>
        Effect.runPromise(sandbox.placeOrder(accountId, { ticker, side, count: "1", price }))
      await place(one, "bid", "0.10")
      await tab.until("document.querySelector('#orders button') !== null")
      await tab.tabTo("#orders button")
      for (let n = 0; n < 5; n++) {
        await place(one, "bid", "0.40")
        await place(other, "ask", "0.40")
      }
      await tab.until("document.querySelectorAll('#trades tr').length === 5")
      await tab.until("document.querySelectorAll('#candles .candle').length >= 1")
      assert.isTrue(await tab.evaluate("document.activeElement.matches('#orders button')"))
      assert.deepStrictEqual(tab.problems, [])
    })
  )

  it.live("fits into a narrow window, and has a name for every control", () =>
    inTab(
      async (tab) => {
        await tab.until(`${text("#market-title")} !== 'No market'`)
        assert.strictEqual(
          await tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
          0
        )
        await tab.send("Accessibility.enable")
        const { nodes } = await tab.send("Accessibility.getFullAXTree")
        const named = nodes as ReadonlyArray<{
          readonly ignored: boolean
          readonly role?: { readonly value: string }
          readonly name?: { readonly value: string }
        }> // the documented result of this command
        const controls = named.filter(
          ({ ignored, role }) =>
            !ignored &&
            /^(?:button|textbox|searchbox|combobox|spinbutton|checkbox|radio|link)$/i.test(role?.value ?? "")
        )
        assert.isAbove(controls.length, 40)
        assert.deepStrictEqual(
          controls.filter(({ name }) => (name?.value ?? "") === ""),
          []
        )
        assert.strictEqual(named.filter(({ role }) => role?.value === "main").length, 1)
      },
      {},
      390
    )
  )

  it.live("follows the exchange after a reset", () =>
    inTab(async (tab, sandbox) => {
      await tab.until(`${text("#market-title")} !== 'No market'`)
      await Effect.runPromise(sandbox.reset)
      await Effect.runPromise(sandbox.createMarket({ ticker: "KXAFTER-26-A" }))
      await tab.until(`${text("#market-list")}.includes('KXAFTER-26-A')`)
    })
  )

  it.live("reconnects to a new exchange, and asks the user to reload the page", () =>
    Effect.gen(function* () {
      const tab = yield* Effect.promise(() => browser.tab())
      const serve = <E>(port: number, test: (sandbox: typeof Sandbox.Service) => Effect.Effect<number, E>) =>
        Effect.flatMap(Sandbox, test).pipe(Effect.provide(layer({ port, accounts: [{ name: "one" }] })))
      const live = (state: string) => Effect.promise(() => tab.until(`${text("#live")} === '${state}'`))
      const port = yield* serve(0, ({ page, url }) =>
        Effect.as(
          Effect.andThen(
            Effect.promise(() => tab.open(page?.url ?? "")),
            live("live")
          ),
          Number(new URL(url).port)
        )
      )
      yield* live("reconnecting")
      yield* serve(port, () =>
        Effect.gen(function* () {
          yield* live("live")
          // The token of the first exchange is not valid on the second exchange.
          yield* Effect.promise(() => tab.evaluate("document.querySelector('#moves button').click()"))
          yield* Effect.promise(() => tab.until(`${text("#toast")}.includes('Load the page again')`))
          return 0
        })
      )
      yield* Effect.promise(() => tab.close())
    })
  )

  describe("a page of another origin", () => {
    let other: Server
    let origin: string

    beforeAll(async () => {
      other = createServer((_request, response) =>
        response.setHeader("content-type", "text/html").end("<p>another page")
      )
      other.listen(0, "127.0.0.1")
      await once(other, "listening")
      origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}` // the address of a TCP server
    })
    afterAll(() => {
      other.closeAllConnections()
      other.close()
    })

    const outcome = (url: string, init = {}) =>
      `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then((r) => r.status, () => "blocked")`

    it.live("cannot use the operator interface", () =>
      inTab(
        async (tab, sandbox) => {
          await tab.open(origin)
          const reset = `${sandbox.url}/sandbox/reset`
          const before = await Effect.runPromise(sandbox.dump)
          for (const request of [
            outcome(`${sandbox.url}/sandbox/`),
            outcome(`${sandbox.url}/sandbox/snapshot`),
            outcome(reset, { method: "POST" }),
            outcome(reset, { method: "POST", headers: { "x-sandbox-token": "x" } })
          ]) {
            assert.strictEqual(await tab.evaluate(request), "blocked", request)
          }
          // First a request without CORS, then a form, then a frame.
          assert.strictEqual(await tab.evaluate(outcome(reset, { method: "POST", mode: "no-cors" })), "blocked")
          await tab.evaluate(
            `document.body.innerHTML = '<iframe name=f></iframe><form method=post target=f action="${reset}"></form>'; document.forms[0].submit()`
          )
          await tab.evaluate(
            `new Promise((resolve) => { const f = document.createElement("iframe"); f.onload = resolve; f.src = ${JSON.stringify(`${sandbox.url}/sandbox/`)}; document.body.append(f) })`
          )
          await tab.until("document.querySelectorAll('iframe').length === 2")
          assert.deepStrictEqual(await Effect.runPromise(sandbox.dump), before)
          assert.strictEqual((await Effect.runPromise(sandbox.accounts)).length, 2)
        },
        { clock: "frozen" }
      )
    )

    it.live("can call the API if the user permits its origin", () =>
      Effect.suspend(() =>
        inTab(
          async (tab, sandbox) => {
            await tab.open(origin)
            const status = `${sandbox.url}/trade-api/v2/exchange/status`
            assert.strictEqual(await tab.evaluate(outcome(status)), 200)
            const headers = { "kalshi-access-key": "k", "kalshi-access-timestamp": "1", "kalshi-access-signature": "s" }
            const balance = `${sandbox.url}/trade-api/v2/portfolio/balance`
            assert.strictEqual(await tab.evaluate(outcome(balance, { headers })), 401)
            const date = `fetch(${JSON.stringify(status)}).then((r) => r.headers.get("date"))`
            assert.isNotNull(await tab.evaluate(date))
            assert.strictEqual(await tab.evaluate(outcome(`${sandbox.url}/sandbox/accounts`)), "blocked")
          },
          { cors: [origin] }
        )
      )
    )

    it.live("cannot call the API by default", () =>
      inTab(async (tab, sandbox) => {
        await tab.open(origin)
        assert.strictEqual(await tab.evaluate(outcome(`${sandbox.url}/trade-api/v2/exchange/status`)), "blocked")
      })
    )
  })
})

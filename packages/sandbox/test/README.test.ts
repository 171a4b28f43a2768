import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { readFileSync } from "node:fs"
import { controls } from "../src/operator/control.ts"
import { defaults } from "../src/Assumptions.ts"
import { routes } from "../src/rest/routes.ts"
import * as Sandbox from "../src/Sandbox.ts"

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const { ticker } = yield* sandbox.createMarket({ ticker: "KXRAIN-26-NYC" })
  const { signer } = yield* sandbox.createAccount({ kind: "ed25519" })

  const bot = Effect.gen(function* () {
    const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 })
    yield* Orders.create({
      ticker,
      side: "bid",
      count: "5",
      price: "0.40",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      order_group_id
    })
    yield* TestClock.adjust("15 seconds")
    return yield* OrderGroups.get({ order_group_id })
  })

  return yield* bot.pipe(Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer })))
})

const result = program.pipe(Effect.provide(Layer.provideMerge(Sandbox.layerTest(), TestClock.layer())))

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

describe("README", () => {
  // A plain promise, as in a test runner without support for Effect.
  it("has a runnable example", async () => {
    assert.strictEqual((await Effect.runPromise(result)).orders.length, 1)
    const source = readFileSync(new URL(import.meta.url), "utf8")
    const example = source.slice(source.indexOf("const program"), source.indexOf("const readme")).trim()
    assert.include(readme, example)
  })

  it("lists every operator request", () => {
    const rows = [...readme.matchAll(/^\| `((?:GET|POST|PUT|DELETE) \S+)` /gm)].map(([, request]) => request)
    assert.deepStrictEqual(
      rows.toSorted(),
      controls.map(({ method, path }) => `${method} ${path.join("/")}`).toSorted()
    )
  })

  it("lists the data source of every operation exactly once", () => {
    const rows = [
      ...readme.matchAll(/^\| `([A-Z]\w+)` +\| (`\w+`(?:, `\w+`)*) +\| (?:state|reference data|generated|fixed)\b/gm)
    ]
    const listed = rows.flatMap(([, module = "", names = ""]) =>
      names.split(", ").map((name) => `${module}.${name.slice(1, -1)}`)
    )
    assert.deepStrictEqual(listed.toSorted(), routes.map(({ descriptor }) => descriptor.name).toSorted())
    assert.include(readme, `all ${routes.length} operations`)
  })

  it("lists every assumption with its default", () => {
    for (const [name, value] of Object.entries(defaults)) {
      const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\``))
      assert.isDefined(row, name)
      assert.include(row?.split("|")[2], typeof value === "number" ? value.toLocaleString("en-US") : `"${value}"`)
    }
  })
})

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { type Field, fieldsOf } from "../../src/call/fields.ts"
import { parseInput } from "../../src/call/input.ts"
import { load } from "../../src/call/operations.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-input-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const parse = (fields: ReadonlyMap<string, Field>, args: ReadonlyArray<string>, stdin = "") =>
  parseInput("Test.operation", fields, args).pipe(
    Effect.provide(
      Layer.merge(NodeFileSystem.layer, Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode(stdin)) }))
    )
  )

const inputOf = async (operation: string, args: ReadonlyArray<string>, stdin?: string): Promise<unknown> =>
  Effect.runPromise(parse(fieldsOf((await load(operation)).descriptor), args, stdin))

const errorOf = async (operation: string, args: ReadonlyArray<string>, stdin?: string): Promise<string> => {
  const error = await Effect.runPromise(Effect.flip(parse(fieldsOf((await load(operation)).descriptor), args, stdin)))
  assert.strictEqual(error.exit, "usage")
  return error.message
}

/** Any text, even ill-formed text. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units))

const text: Field = { name: "text", required: false, shape: { _tag: "Text", expected: undefined } }

describe("parseInput", () => {
  it("reads a field by its schema, in path, query and body", async () => {
    assert.deepStrictEqual(await inputOf("Markets.list", ["limit=5", "status=open", "tickers=A,B"]), {
      limit: 5,
      status: "open",
      tickers: "A,B"
    })
    assert.deepStrictEqual(await inputOf("Events.get", ["event_ticker=007", "exclude_markets=true"]), {
      event_ticker: "007",
      exclude_markets: true
    })
    assert.deepStrictEqual(await inputOf("Markets.candlesticks", ["period_interval=60"]), { period_interval: 60 })
  })

  it("reads true and false", async () => {
    for (const value of [true, false]) {
      assert.deepStrictEqual(await inputOf("Events.get", [`exclude_markets=${value}`]), { exclude_markets: value })
    }
  })

  it("reads a list from values with commas, and from repeated fields", async () => {
    const tickers = ["A", "B", "C"]
    assert.deepStrictEqual(await inputOf("Markets.orderbooks", ["tickers=A,B,C"]), { tickers })
    assert.deepStrictEqual(await inputOf("Markets.orderbooks", ["tickers=A", "tickers=B,C"]), { tickers })
    assert.deepStrictEqual(await inputOf("Markets.orderbooks", ['tickers:=["A"]', "tickers=B,C"]), { tickers })
    assert.deepStrictEqual(await inputOf("Markets.orderbooks", ["tickers="]), { tickers: [] })
    assert.deepStrictEqual(await inputOf("Events.forecastPercentileHistory", ["percentiles=10,20"]), {
      percentiles: [10, 20]
    })
  })

  it("reads objects in a list by their index", async () => {
    const args = ["orders.0.ticker=A", "orders.0.price=0.50", "orders.1.ticker=B", "orders.1.post_only=true"]
    assert.deepStrictEqual(await inputOf("Orders.batchCreate", args), {
      orders: [
        { ticker: "A", price: "0.50" },
        { ticker: "B", post_only: true }
      ]
    })
  })

  it("reads the fields of an object by their path", async () => {
    const target: Field = {
      name: "target",
      required: false,
      shape: { _tag: "Object", fields: new Map([["text", text]]) }
    }
    const parsed = await Effect.runPromise(parse(new Map([["target", target]]), ["target.text=a"]))
    assert.deepStrictEqual(parsed, { target: { text: "a" } })
    const error = await Effect.runPromise(Effect.flip(parse(new Map([["target", target]]), ["target=a"])))
    assert.strictEqual(error.message, "target is an object. Pass target.FIELD=…, or target:= with JSON")
  })

  it("reads a field of several types only as JSON", async () => {
    const fields = new Map<string, Field>([["any", { name: "any", required: false, shape: { _tag: "Other" } }]])
    assert.deepStrictEqual(await Effect.runPromise(parse(fields, ["any:=[1]"])), { any: [1] })
    const error = await Effect.runPromise(Effect.flip(parse(fields, ["any=a"])))
    assert.strictEqual(error.message, "any has no single type. Pass any:= with JSON")
  })

  it("reads more than ten objects", async () => {
    const orders = Array.from({ length: 12 }, (_, index) => ({ ticker: `T${index}` }))
    const args = orders.map(({ ticker }, index) => `orders.${index}.ticker=${ticker}`)
    assert.deepStrictEqual(await inputOf("Orders.batchCreate", args), { orders })
  })

  it("reads JSON after :=", async () => {
    assert.deepStrictEqual(await inputOf("Orders.batchCreate", ['orders:=[{"ticker":"A","price":"0.50"}]']), {
      orders: [{ ticker: "A", price: "0.50" }]
    })
    assert.deepStrictEqual(await inputOf("OrderGroups.create", ["contracts_limit_fp:=null"]), {
      contracts_limit_fp: null
    })
  })

  it("reads a text from a file after @, without its last line end", async () => {
    const path = file("public.pem", "-----BEGIN\nX\n")
    assert.deepStrictEqual(await inputOf("ApiKeys.create", ["name=a", `public_key=@${path}`]), {
      name: "a",
      public_key: "-----BEGIN\nX"
    })
  })

  it("reads the whole input from a file or the standard input, and lets single fields replace its fields", async () => {
    const path = file("order.json", '{"ticker":"A","count":"1"}')
    assert.deepStrictEqual(await inputOf("Orders.create", [`@${path}`, "count=2"]), { ticker: "A", count: "2" })
    assert.deepStrictEqual(await inputOf("Orders.create", ["-"], '{"ticker":"A"}\n'), { ticker: "A" })
  })

  it("keeps an equals sign, spaces, line ends and an empty text in a value", async () => {
    assert.deepStrictEqual(await inputOf("Orders.create", ["client_order_id=a=b :=c\nd\n", "ticker="]), {
      client_order_id: "a=b :=c\nd\n",
      ticker: ""
    })
  })

  it("keeps a text as it is, so that money is never a number", () =>
    fc.assert(
      fc.asyncProperty(anyText, async (value) => {
        fc.pre(!value.startsWith("@"))
        const parsed = await Effect.runPromise(parse(new Map([["text", text]]), [`text=${value}`]))
        assert.deepStrictEqual(parsed, { text: value })
      }),
      { numRuns: 40 }
    ))

  it("reads 100,000 values and 100,000 objects", async () => {
    const tickers = Array.from({ length: 100_000 }, (_, index) => `T${index}`)
    const repeated = tickers.map((ticker) => `tickers=${ticker}`)
    assert.deepStrictEqual(await inputOf("Markets.orderbooks", repeated), { tickers })
    const orders = tickers.map((ticker) => ({ ticker }))
    assert.deepStrictEqual(await inputOf("Orders.batchCreate", ["-"], JSON.stringify({ orders })), { orders })
  })

  describe("refuses", () => {
    it("an unknown field, with the field that was meant", async () => {
      assert.strictEqual(
        await errorOf("Orders.create", ["tiker=A"]),
        'There is no field "tiker". Did you mean ticker? Run `kalshi call Test.operation --describe` to see the fields'
      )
      assert.include(await errorOf("Orders.batchCreate", ["orders.0.tiker=A"]), 'There is no field "orders.0.tiker"')
      assert.include(await errorOf("Orders.create", ["ticker.name=A"]), '"ticker" contains no fields')
      assert.include(await errorOf("Exchange.status", ["a=1"]), "The operation has no fields")
      assert.strictEqual(
        await errorOf("Orders.create", ["abcdefghi=A"]),
        'There is no field "abcdefghi". Run `kalshi call Test.operation --describe` to see the fields'
      )
    })

    it("names of JavaScript's built-in properties, such as __proto__", async () => {
      for (const name of ["__proto__", "constructor", "toString", "__proto__.x", "orders.__proto__"]) {
        assert.match(await errorOf("Orders.batchCreate", [`${name}=1`]), /There is no field|not an item/)
      }
    })

    it("a value that does not match the schema", async () => {
      assert.strictEqual(
        await errorOf("Markets.list", ["limit=many"]),
        'limit must be an integer from 0 to 1000, but is "many"'
      )
      assert.include(await errorOf("Markets.list", ["limit=1e3"]), "limit must be")
      assert.include(await errorOf("Markets.list", ["limit=9007199254740993"]), "limit must be")
      assert.include(await errorOf("Events.get", ["exclude_markets=yes"]), "must be true or false")
      assert.include(await errorOf("Markets.list", ["status=opened"]), "status must be one of unopened, open, paused")
      assert.include(await errorOf("Orders.batchCreate", ["orders=A"]), "orders is a list of objects. Pass orders.0.")
    })

    it("the same field twice", async () => {
      assert.include(await errorOf("Orders.create", ["ticker=A", "ticker=B"]), "ticker is set twice")
      assert.include(await errorOf("Markets.orderbooks", ["tickers=A", 'tickers:="B"']), "tickers is set twice")
      assert.include(await errorOf("Markets.orderbooks", ["tickers:=1", "tickers=B"]), "tickers is set twice")
    })

    it("items of a list out of order", async () => {
      assert.include(await errorOf("Orders.batchCreate", ["orders.1.ticker=A"]), "orders.1.ticker skips the item 0")
      for (const index of ["x", "x1", "1x", "-1"]) {
        assert.match(
          await errorOf("Orders.batchCreate", [`orders.${index}.ticker=A`]),
          /is not (?:an item of a list|a field)/
        )
      }
    })

    it("an argument that is not a field", async () => {
      assert.include(await errorOf("Orders.create", ["ticker"]), '"ticker" is not a field. Pass field=value')
      assert.include(await errorOf("Orders.create", ["a ticker=A"]), '"a ticker=A" is not a field')
      const long = await errorOf("Orders.create", ["a".repeat(100_000)])
      assert.include(long, `"${"a".repeat(60)}…" is not a field`)
    })

    it("JSON that is invalid or not an object, and a file that does not exist", async () => {
      assert.include(await errorOf("Orders.batchCreate", ["orders:=[1"]), "orders is not valid JSON")
      for (const json of ["[1]", "null", '"a"', "1"]) {
        assert.include(await errorOf("Orders.create", ["-"], json), "The standard input must contain one JSON object")
      }
      const path = file("x.json", "{")
      assert.match(await errorOf("Orders.create", [`@${path}`]), /^The file ".*x\.json" is not valid JSON: /)
      assert.include(
        await errorOf("Orders.create", ["@missing.json"]),
        'The file "missing.json" cannot be read: NotFound'
      )
      assert.include(
        await errorOf("Orders.create", ["-", "@a.json"]),
        "Only one argument can be the whole input, but there are - and @a.json. Keep one of them"
      )
    })
  })
})

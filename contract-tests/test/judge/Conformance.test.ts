import { assert, describe, it } from "@effect/vitest"
import * as Conformance from "../../src/judge/Conformance.ts"
import { objectOf, resolver, type Json, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Replay from "../../src/runner/Replay.ts"

const order: JsonSchema = {
  type: "object",
  required: ["price", "status"],
  properties: {
    price: { type: "string", pattern: "^(?:0|[1-9][0-9]*)\\.[0-9]{2,4}$" },
    status: { type: "string", enum: ["resting", "executed"] },
    count: { type: ["integer", "null"], minimum: 1 }
  }
}

const conformance = Conformance.make(resolver({}))
const response: Conformance.Target = { name: "GetOrder 200", schema: order, direction: "response" }
const request: Conformance.Target = { ...response, name: "CreateOrder body", direction: "request" }
const suite = conformance.suite(response)

type Order = { readonly [key: string]: unknown }

/** A correct decoder, in which `mistake` replaces some steps. */
const decoder = (
  mistake: Partial<{
    readonly price: (price: unknown) => boolean
    readonly status: (status: unknown) => boolean
    readonly count: (count: unknown) => boolean
    readonly pointer: (pointer: string) => string
    readonly value: (order: Order) => unknown
    readonly required: ReadonlyArray<string>
  }> = {}
): Conformance.Codec<unknown> => {
  const checks: ReadonlyArray<readonly [string, (value: unknown) => boolean]> = [
    ["price", mistake.price ?? ((price) => typeof price === "string" && /^(0|[1-9][0-9]*)\.[0-9]{2,4}$/.test(price))],
    ["status", mistake.status ?? ((status) => typeof status === "string")],
    [
      "count",
      mistake.count ??
        ((count) => count === null || (Number.isSafeInteger(count) && typeof count === "number" && count > 0))
    ]
  ]
  const at = mistake.pointer ?? ((pointer: string) => pointer)
  return {
    decode: (input) => {
      if (typeof input !== "object" || input === null || Array.isArray(input)) return { ok: false, pointers: [at("")] }
      const object = input as Order
      const pointers: Array<string> = []
      for (const name of mistake.required ?? ["price", "status"]) {
        if (!Object.hasOwn(object, name)) pointers.push(at(`/${name}`))
      }
      for (const [name, holds] of checks) {
        if (Object.hasOwn(object, name) && !holds(object[name])) pointers.push(at(`/${name}`))
      }
      if (pointers.length > 0) return { ok: false, pointers }
      const known = Object.fromEntries(Object.entries(object).filter(([key]) => checks.some(([name]) => name === key)))
      return { ok: true, value: mistake.value === undefined ? known : mistake.value(known) }
    },
    encode: (value) => value
  }
}

const failed = (codec: Conformance.Codec<unknown>, of = suite): ReadonlyArray<string> =>
  Object.entries(of.run(codec).checks).flatMap(([check, tally]) => (tally.failed > 0 ? [check] : []))

describe("Conformance.make", () => {
  it("passes a correct decoder, and counts the checks that ran", () => {
    const report = suite.run(decoder())
    assert.deepStrictEqual(report.failures, [])
    assert.isTrue(report.passed)
    assert.strictEqual(report.checks.completeness.run, suite.values.length + 200)
    assert.strictEqual(report.checks["round-trip"].run, suite.values.length + 200)
    assert.strictEqual(
      report.checks.precision.run + report.checks.tolerance.run,
      suite.mutants.length + suite.additions.length
    )
    assert.isAbove(report.kinds["pattern-violation"] ?? 0, 10)
  })

  it("detects a decoder that accepts a body without a required member", () => {
    const report = suite.run(decoder({ required: ["price"] }))
    assert.deepInclude(report.failures[0], {
      check: "precision",
      departure: "missing-required",
      pointer: "/status",
      expected: 'rejected at "/status"',
      got: "decoded"
    })
  })

  it("detects a decoder that does not check the format of a decimal, or converts a decimal to a double", () => {
    assert.deepStrictEqual(failed(decoder({ price: (price) => typeof price === "string" })), ["precision"])
    assert.deepStrictEqual(failed(decoder({ price: (price) => Number.isFinite(Number(price)) })), ["precision"])
    const report = suite.run(decoder({ value: (order) => ({ ...order, price: String(Number(order["price"])) }) }))
    assert.deepInclude(report.failures[0], { check: "round-trip", pointer: "/price" })
  })

  it("detects a decoder with a bound that is one too low or one too high", () => {
    const from = (least: number) => (count: unknown) =>
      count === null || (Number.isSafeInteger(count) && typeof count === "number" && count >= least)
    assert.deepStrictEqual(failed(decoder({ count: from(1) })), [])
    assert.deepStrictEqual(failed(decoder({ count: from(0) })), ["precision"])
    assert.include(failed(decoder({ count: from(2) })), "completeness")
  })

  it("detects a decoder that drops null, or adds null", () => {
    const withoutNull = (value: Order) =>
      Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
    assert.deepStrictEqual(failed(decoder({ value: withoutNull })), ["round-trip"])
    assert.deepStrictEqual(failed(decoder({ value: (value) => ({ count: null, ...value }) })), ["round-trip"])
    const asAbsent = (value: Order) => ({ ...value, count: value["count"] ?? undefined })
    assert.deepStrictEqual(failed(decoder({ value: asAbsent })), ["round-trip"])
  })

  it("detects a decoder that accepts unsafe integers or fractions", () => {
    const count = (holds: (count: unknown) => boolean) => decoder({ count: (value) => value === null || holds(value) })
    assert.deepStrictEqual(failed(count((value) => Number.isInteger(value) && Number(value) > 0)), ["precision"])
    assert.deepStrictEqual(failed(count((value) => typeof value === "number" && value >= 1 && value < 2 ** 53)), [
      "precision"
    ])
  })

  it("detects a decoder that rejects or hides new members of an enum in a response, or accepts them in a request", () => {
    const closed = decoder({ status: (status) => status === "resting" || status === "executed" })
    const hides = decoder({
      value: (value) => ({
        ...value,
        status: ["resting", "executed"].includes(String(value["status"])) ? value["status"] : "unknown"
      })
    })
    assert.deepStrictEqual(failed(closed), ["tolerance"])
    assert.deepStrictEqual(failed(hides), ["tolerance"])
    const requests = conformance.suite(request)
    assert.deepStrictEqual(failed(closed, requests), [])
    assert.deepStrictEqual(failed(decoder(), requests), ["precision"])
  })

  it("detects a rejection with a wrong pointer, with an additional pointer, or without a pointer", () => {
    assert.deepStrictEqual(failed(decoder({ pointer: () => "" })), ["precision"])
    const also: Conformance.Codec<unknown> = {
      ...decoder(),
      decode: (input) => {
        const decoded = decoder().decode(input)
        return decoded.ok ? decoded : { ok: false, pointers: [...decoded.pointers, "/elsewhere"] }
      }
    }
    assert.deepStrictEqual(failed(also), ["precision"])
    const silent: Conformance.Codec<unknown> = {
      ...decoder(),
      decode: (input) => {
        const decoded = decoder().decode(input)
        return decoded.ok ? decoded : { ok: false, pointers: [] }
      }
    }
    assert.deepStrictEqual(failed(silent), ["precision"])
  })

  it("detects a decoder that rejects unknown members, or lets them change known members", () => {
    const refuses: Conformance.Codec<unknown> = {
      ...decoder(),
      decode: (input) =>
        typeof input === "object" &&
        input !== null &&
        Object.keys(input).some((key) => !["price", "status", "count"].includes(key))
          ? { ok: false, pointers: [""] }
          : decoder().decode(input)
    }
    assert.deepStrictEqual(failed(refuses), ["tolerance"])
    const polluted: Conformance.Codec<unknown> = {
      decode: (input) => {
        const decoded = decoder().decode(input)
        // Object.assign assigns the member __proto__ as the prototype, so its members become visible in the value.
        const merged = typeof input === "object" && input !== null ? Object.assign({}, input) : {}
        return decoded.ok ? { ok: true, value: { ...merged, nested: Reflect.get(merged, "nested") } } : decoded
      },
      encode: (value) => value
    }
    assert.deepStrictEqual(failed(polluted), ["tolerance"])
  })

  it("accepts a codec that keeps unknown members, but not if it changes them", () => {
    const keeps: Conformance.Codec<unknown> = {
      decode: (input) => {
        const decoded = decoder().decode(input)
        return decoded.ok ? { ok: true, value: input } : decoded
      },
      encode: (value) => value
    }
    assert.deepStrictEqual(failed(keeps), [])
    const alters: Conformance.Codec<unknown> = {
      ...keeps,
      encode: (value) =>
        typeof value === "object" && value !== null && "unknown_member" in value
          ? { ...value, unknown_member: null }
          : value
    }
    assert.deepStrictEqual(failed(alters), ["tolerance"])
  })

  it("detects a decoder that mutates its input", () => {
    const writes: Conformance.Codec<unknown> = {
      decode: (input) => {
        const decoded = decoder().decode(input)
        if (typeof input === "object" && input !== null) Reflect.set(input, "price", "0.00")
        return decoded.ok ? { ok: true, value: input } : decoded
      },
      encode: (value) => value
    }
    assert.include(failed(writes), "round-trip")
  })

  it("reports a decoder or encoder that throws, and continues", () => {
    const throws: Conformance.Codec<unknown> = {
      decode: () => {
        throw new TypeError("no such thing")
      }
    }
    const report = suite.run(throws)
    assert.strictEqual(report.failures[0]?.got, "threw TypeError: no such thing")
    assert.strictEqual(report.checks.precision.failed, report.checks.precision.run)
    const cannot: Conformance.Codec<unknown> = {
      ...decoder(),
      encode: () => {
        throw new RangeError("cannot")
      }
    }
    assert.strictEqual(suite.run(cannot).failures[0]?.got, "threw RangeError: cannot")
    assert.deepStrictEqual(failed({ ...decoder(), encode: () => undefined }), ["round-trip", "tolerance"])
  })

  it("shrinks a failure of a random value, and reproduces it from its replay id", () => {
    const small = decoder({
      count: (count) =>
        count === null || (Number.isSafeInteger(count) && Number(count) > 0 && Number(count) < 1_000_000)
    })
    const run = (): Conformance.Report => suite.run(small, { runs: 500, seed: 3 })
    const found = run().failures.find(({ replay }) => replay !== undefined)
    assert.deepInclude(found, { check: "completeness", pointer: "/count" })
    assert.deepStrictEqual(found?.instance, { price: "0.00", status: "resting", count: 1_000_000 })
    const replay = Replay.parse(found?.replay?.split(" ").at(-1) ?? "")
    assert.deepInclude(replay, { property: "conformance", target: "response GetOrder 200", seed: 3 })
    assert.deepStrictEqual(run(), run())
    const again = suite.run(small, { runs: 1, seed: replay.seed, path: replay.path, failuresShown: 0 })
    assert.deepStrictEqual(
      again.failures.map(({ instance }) => instance),
      [found?.instance]
    )
  })

  it("detects a nondeterministic decoder", () => {
    let reads = 0
    const { decode, encode } = decoder()
    const unstable: Conformance.Codec<unknown> = {
      // Rejects one of the random values, which come after the fixed values. A second decoding of the value succeeds.
      decode: (input) => (++reads === suite.values.length + 50 ? { ok: false, pointers: [""] } : decode(input)),
      ...(encode === undefined ? {} : { encode })
    }
    const report = suite.run(unstable, { checks: ["completeness"] })
    assert.isFalse(report.passed)
    assert.strictEqual(report.failures[0]?.expected, "the same outcome twice")
  })

  it("compares normalized values if the codec declares a normalization", () => {
    const shorten = (price: unknown): string => String(price).replace(/0{1,2}$/, "")
    const shortens = decoder({ value: (value) => ({ ...value, price: shorten(value["price"]) }) })
    const normalise = (wire: Json): Json =>
      typeof wire === "object" && wire !== null && !Array.isArray(wire)
        ? objectOf(Object.entries(wire).map(([key, value]) => [key, key === "price" ? Number(value) : value] as const))
        : wire
    assert.deepStrictEqual(failed(shortens), ["round-trip"])
    assert.deepStrictEqual(failed({ ...shortens, normalise }), [])
  })

  it("checks the codec's own values, and allows a new member of an enum only in a response", () => {
    const validValues = [{ price: "0.50", status: "resting" }]
    assert.deepStrictEqual(failed({ ...decoder(), ownValues: validValues }), [])
    assert.deepStrictEqual(failed({ ...decoder(), ownValues: [...validValues, { price: "0.5", status: "resting" }] }), [
      "own-values"
    ])
    assert.deepStrictEqual(failed({ ...decoder(), ownValues: [undefined] }), ["own-values"])
    const valuesWithNewMember = [{ price: "0.50", status: "novel" }]
    assert.deepStrictEqual(failed({ ...decoder(), ownValues: valuesWithNewMember }), [])
    assert.include(failed({ ...decoder(), ownValues: valuesWithNewMember }, conformance.suite(request)), "own-values")
  })

  it("reports at most the requested number of failures, and counts all failures", () => {
    const report = suite.run(decoder({ price: () => true }), { failuresShown: 1 })
    assert.strictEqual(report.failures.length, 1)
    assert.isAbove(report.checks.precision.failed, 10)
    const none = suite.run(decoder({ price: () => true }), { failuresShown: 0 })
    assert.deepStrictEqual([none.passed, none.failures], [false, []])
  })

  it("runs only the requested checks, and also runs round trips if completeness is requested", () => {
    const ran = (...checks: ReadonlyArray<Conformance.Check>): ReadonlyArray<string> =>
      Object.entries(suite.run({ ...decoder(), ownValues: [] }, { checks }).checks).flatMap(([check, { run }]) =>
        run > 0 ? [check] : []
      )
    assert.deepStrictEqual(ran("precision"), ["precision"])
    assert.deepStrictEqual(ran("tolerance"), ["tolerance"])
    assert.deepStrictEqual(ran("completeness"), ["completeness", "round-trip"])
    assert.deepStrictEqual(ran("own-values"), [])
  })

  it("skips round trips if the codec has no encoder", () => {
    const { decode } = decoder()
    const report = suite.run({ decode })
    assert.isTrue(report.passed)
    assert.strictEqual(report.checks["round-trip"].run, 0)
  })
})

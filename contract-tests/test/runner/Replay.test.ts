import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import * as fc from "fast-check"
import * as Replay from "../../src/runner/Replay.ts"

const failureOf = (run: () => void): string => {
  try {
    run()
  } catch (error) {
    return error instanceof Error ? error.message : assert.fail("threw something else")
  }
  return assert.fail("the property passed")
}

const tokenIn = (message: string): string => message.split("\n").at(-1)?.split(" ").at(-1) ?? ""

const below100 = fc.property(fc.nat(), (value) => value < 100)

afterEach(() => vi.unstubAllEnvs())

describe("token", () => {
  it("encodes a replay so that parse returns the same replay", () => {
    Replay.assertProperty(
      "replay-token",
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.integer(),
        fc.array(fc.nat({ max: 99 })).map((steps) => steps.join(":")),
        (property, target, seed, path) => {
          const replay = { property, target, seed, path }
          const text = Replay.token(replay)
          assert.match(text, /^[A-Za-z0-9_-]+$/)
          assert.deepStrictEqual(Replay.parse(text), replay)
        }
      )
    )
  })
  it("is printed on one line, as the argument of a command", () => {
    const replay = { property: "P1", target: "GetOrder 200", seed: 1, path: "2:0" }
    assert.strictEqual(Replay.line(replay), `REPLAY kalshi-contract replay ${Replay.token(replay)}`)
    assert.notInclude(Replay.line(replay), "\n")
  })
})

describe("parse", () => {
  it("rejects invalid tokens", () => {
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")
    for (const text of [
      "",
      "nonsense",
      encoded({}),
      encoded(["P1", "a", 1]),
      encoded(["P1", "a", 1.5, ""]),
      encoded(["P1", "a", 2 ** 31, ""]),
      encoded(["P1", "a", 1, "rm -rf"]),
      `${encoded(["P1", "a", 1, ""])}=`,
      `${encoded(["P1", "a", 1, ""])} `
    ]) {
      assert.throws(() => Replay.parse(text), Replay.InvalidToken, "not a replay token", text)
    }
  })
})

describe("seedFrom", () => {
  it("returns the seed from the environment, or the default seed if the variable is missing or empty", () => {
    assert.strictEqual(Replay.seedFrom({}), Replay.defaultSeed)
    assert.strictEqual(Replay.seedFrom({ KALSHI_CONTRACT_SEED: "" }), Replay.defaultSeed)
    assert.strictEqual(Replay.seedFrom({ KALSHI_CONTRACT_SEED: "-17" }), -17)
  })
  it("rejects values that are not 32-bit integers", () => {
    for (const text of ["abc", "1.5", "2147483648", "1e3", " 1"]) {
      assert.throws(() => Replay.seedFrom({ KALSHI_CONTRACT_SEED: text }), Replay.InvalidSeed)
    }
  })
})

describe("assertProperty", () => {
  it("returns if the property passes", () => {
    Replay.assertProperty(
      "true",
      fc.property(fc.nat(), () => true)
    )
  })

  it("throws the shrunk counterexample and the line that replays it", () => {
    const message = failureOf(() => Replay.assertProperty("below-100", below100, { target: "naturals" }))
    assert.include(message, "below-100 fails for naturals")
    assert.include(message, "counterexample: [100]")
    const replay = Replay.parse(tokenIn(message))
    assert.deepStrictEqual([replay.property, replay.target, replay.seed], ["below-100", "naturals", Replay.defaultSeed])
    assert.isAbove(replay.path.length, 0)
  })

  it("starts with the counterexample in KALSHI_CONTRACT_REPLAY, but only for that counterexample's property", () => {
    const message = failureOf(() => Replay.assertProperty("below-100", below100))
    vi.stubEnv("KALSHI_CONTRACT_REPLAY", tokenIn(message))
    const first = (name: string): number | undefined => {
      const values: Array<number> = []
      failureOf(() =>
        Replay.assertProperty(
          name,
          fc.property(fc.nat(), (value) => {
            values.push(value)
            return value < 100
          })
        )
      )
      return values[0]
    }
    assert.strictEqual(first("below-100"), 100)
    assert.notStrictEqual(first("another"), 100)
  })

  it("uses the seed from the environment, unless the caller passes a seed", () => {
    vi.stubEnv("KALSHI_CONTRACT_SEED", "99")
    const message = failureOf(() => Replay.assertProperty("below-100", below100))
    assert.strictEqual(Replay.parse(tokenIn(message)).seed, 99)
    assert.strictEqual(
      Replay.parse(tokenIn(failureOf(() => Replay.assertProperty("x", below100, { seed: 5 })))).seed,
      5
    )
  })

  it("throws the same message for the same property each time", () => {
    const run = (): string => failureOf(() => Replay.assertProperty("below-100", below100))
    assert.strictEqual(run(), run())
  })

  it("includes the message of a failed assertion", () => {
    const message = failureOf(() =>
      Replay.assertProperty(
        "asserts",
        fc.property(fc.constant(1), () => assert.fail("the reason"))
      )
    )
    assert.include(message, "the reason")
  })

  it("returns a promise for an asynchronous property", async () => {
    const slow = fc.asyncProperty(fc.nat(), async (value) => value < 100)
    const message = await Replay.assertProperty("slow", slow).then(
      () => "passed",
      (error: unknown) => String(error)
    )
    assert.include(message, "counterexample: [100]")
  })

  it("fails if a precondition rejects every value", () => {
    const never = fc.property(fc.nat(), () => fc.pre(false))
    assert.include(
      failureOf(() => Replay.assertProperty("never", never)),
      "gave up"
    )
  })
})

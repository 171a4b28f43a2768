import { assert, describe, it } from "@effect/vitest"
import * as Signer from "@kalshi-effect/signing/Signer"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import { Effect } from "effect"
import type * as ClientOperations from "../../src/operations/ClientOperations.ts"
import type { Key } from "../../src/properties/internal/signedCalls.ts"
import * as P8 from "../../src/properties/Signing.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, named } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

const run = (operation: ClientOperations.ClientOperation, runs: number, replacements: P8.Replacements = {}) =>
  Effect.runPromise(P8.checkOperation({ operation, seed, runs, shrink: false }, replacements))

describe("P8 (requests are signed correctly, and no secret leaks)", () => {
  it("reaches every relevant situation", async () => {
    const outcome = await run(named("GetOrders"), 200)
    if (outcome._tag !== "Passed") return assert.fail("the property must pass")
    const about = [
      ...["signed with rsa", "signed with ed25519", "signed without the query", "signed again for a retry"],
      ...["succeeded", "failed", "failed after a response that quotes its headers"]
    ]
    for (const what of about) assert.isAbove(outcome.reached[what] ?? 0, 0, what)
    const ofOne = await run(named("GetOrder"), 200)
    assert.isAbove(ofOne._tag === "Passed" ? (ofOne.reached["rejected"] ?? 0) : 0, 0)
  })
})

describe("P8 with an injected fault", () => {
  const signing = (sign: (key: Key, text: string) => Effect.Effect<string, SigningError>): P8.Replacements => ({
    signer: (key) => Signer.make({ keyId: key.id, kind: key.kind, sign: (text) => sign(key, text) })
  })
  const signatures = new Map<string, string>()
  const faults: ReadonlyArray<readonly [string, RegExp, P8.Replacements]> = [
    ["a signed text with a query", /does not verify/, signing(({ signer }, text) => signer.sign(`${text}?limit=1`))],
    [
      "a signed text with a timestamp in seconds",
      /does not verify/,
      signing(({ signer }, text) => signer.sign(text.replace(/^\d+/, (ms) => ms.slice(0, -3))))
    ],
    [
      "a signature reused for a retry",
      /does not verify|an earlier attempt/,
      signing(({ id, signer }, text) => {
        const [, path = ""] = text.split("/trade-api")
        const known = signatures.get(id + path)
        return known === undefined
          ? Effect.tap(signer.sign(text), (made) => Effect.sync(() => void signatures.set(id + path, made)))
          : Effect.succeed(known)
      })
    ],
    [
      "the id of another key",
      /has the key id/,
      { signer: (key) => Signer.make({ ...key.signer, keyId: key.id.toUpperCase() }) }
    ],
    [
      "a part of the key in an error",
      /the outcome contains a part of the key/,
      signing((key) => Effect.fail(new SigningError({ description: `cannot sign with ${key.secretParts[0]}` })))
    ],
    [
      "a signature in a log",
      /the log contains a part of the key or of a signature/,
      signing(({ signer }, text) => Effect.tap(signer.sign(text), Effect.logDebug))
    ],
    [
      "a signature in a span",
      /the span contains a part of the key or of a signature/,
      signing(({ signer }, text) => Effect.tap(signer.sign(text), (made) => Effect.annotateCurrentSpan("signed", made)))
    ],
    [
      "the complete key id in a log",
      /the log contains the complete key id/,
      signing(({ id, signer }, text) => Effect.tap(signer.sign(text), Effect.log(id)))
    ],
    [
      "a signer that prints its key",
      /the signer contains/,
      { signer: (key) => ({ ...key.signer, pem: key.secretParts[3] }) as Signer.Signer["Service"] }
    ]
  ]
  for (const [what, reason, instead] of faults) {
    it(`detects ${what}`, async () => {
      const outcome = await run(named("GetOrders"), 100, instead)
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.reason, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }

  it("detects a signature on a public operation, and a missing signature on a private operation", async () => {
    const signed = await run(
      withDescriptor("GetMarkets", () => ({ auth: "required" })),
      40
    )
    assert.include(signed._tag === "Failed" ? signed.reason : "", "a public operation is signed")
    const unsigned = await run(
      withDescriptor("GetOrders", () => ({ auth: "none" })),
      40
    )
    assert.include(unsigned._tag === "Failed" ? unsigned.reason : "", "has the key id")
  })

  it("detects that the private key in a response is printed", async () => {
    const outcome = await run(
      withDescriptor("GenerateApiKey", () => ({ secret: false })),
      200
    )
    assert.include(outcome._tag === "Failed" ? outcome.reason : "", "contains the private key from the response")
  })
})

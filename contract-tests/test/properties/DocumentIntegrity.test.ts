import { assert, describe, it } from "@effect/vitest"
import * as P0 from "../../src/properties/DocumentIntegrity.ts"
import * as Integrity from "../../src/reference/Integrity.ts"
import * as NullableByIntent from "../../src/reference/NullableByIntent.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { replacePart } from "../reference/support.ts"

const settings = { seed: Replay.seedFrom(), runs: 1 }

describe("the schemas with a `nullable` that the standard ignores", () => {
  it("are 30 schemas with a $ref, 13 with an untyped allOf, one with an enum, and none in the feed", () => {
    const count = (beside: NullableByIntent.PinnedSchema["beside"]): number =>
      [...NullableByIntent.pinned.rest, ...NullableByIntent.pinned.feed].filter((place) => place.beside === beside)
        .length
    assert.deepStrictEqual([count("$ref"), count("allOf"), count("enum"), count("asyncapi")], [30, 13, 1, 0])
  })
})

describe("P0 (the reference documents are intact) with an injected fault", () => {
  const averageFee = `"average_fee_paid": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/FixedPointDollars"
              },
              {
                "type": "null"
              }
            ]
          }`
  /** Each row: the fault, the changed file, the change, the target of P0 that must detect the fault, and the report. */
  const faults: ReadonlyArray<readonly [string, string, (text: string) => string, string, RegExp]> = [
    ["a file that was edited by hand", "rest.json", (text) => text.replace("\n  ", "\n    "), "rest.json", /canonical/],
    [
      "an unknown keyword",
      "rest.json",
      (text) => text.replace('"maxLength"', '"maxLenght"'),
      "rest.json",
      /unknown schema keyword/
    ],
    [
      "a dangling reference",
      "feed.json",
      (text) => text.replace(/"\$ref": "#\/components\/schemas\/\w+/, "$&Gone"),
      "feed.json",
      /reference|not a /
    ],
    [
      "an overlay that was edited but not applied",
      "overlay.json",
      (text) => text.replace('"because": "', '"because": "Also '),
      "rest.json",
      /the applied overlay/
    ],
    [
      "an overlay entry whose effect is missing in the document",
      "rest.json",
      (text) => text.replace(/("FixedPointCount": \{\s*"pattern": ")/, "$1x"),
      "overlay.json",
      /has no effect at \/components\/schemas\/FixedPointCount\/pattern/
    ],
    [
      "an overlay entry without a reason",
      "overlay.json",
      (text) => text.replace(/"because": "[^"]*"/, '"because": "so"'),
      "overlay.json",
      /has no valid reason/
    ],
    [
      "an overlay entry of an unknown kind",
      "overlay.json",
      (text) => text.replace('"op": "make-nullable"', '"op": "make-null"'),
      "overlay.json",
      /./
    ],
    [
      "an overlay entry that an earlier published document already contains",
      "history/rest-3.28.0-2026-08-22.json",
      () => Integrity.read("rest.json"),
      "overlay.json",
      /is unnecessary/
    ],
    [
      "a null that is lost beside a $ref",
      "rest.json",
      (text) =>
        replacePart(
          text.replace(averageFee, "@here"),
          "@here",
          '"average_fee_paid": { "$ref": "#/components/schemas/FixedPointDollars" }'
        ),
      "nullable-by-intent.rest.json",
      /AmendOrderV2Response\/properties\/average_fee_paid does not accept null/
    ],
    [
      "a wrong pointer in the list of schemas",
      "nullable-by-intent.rest.json",
      (text) => text.replace("CreateRFQRequest/properties/contracts_fp", "CreateRFQRequest/properties/contracts"),
      "nullable-by-intent.rest.json",
      /differs from the 44 pinned pointers/
    ]
  ]
  for (const [what, file, change, target, reason] of faults) {
    it(`detects ${what}`, () => {
      const changed = change(Integrity.read(file))
      assert.notStrictEqual(changed, Integrity.read(file), "the fault must change the file")
      const outcome = P0.checkFile(target, settings, (name) => (name === file ? changed : Integrity.read(name)))
      if (outcome._tag !== "Failed") return assert.fail("the injected fault was not detected")
      assert.match(outcome.counterexample, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})

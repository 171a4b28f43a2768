/**
 * The judge is an exchange that scores clients. The scripted client passes each scenario if it has no fault. If it has
 * a fault that a scenario tests, the judge reports a finding of the right category.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { playAll } from "../../judges/conformance/driver.ts"
import type { Category } from "../../src/conformance/Scenario.ts"
import { scenarios } from "../../src/conformance/Scenarios.ts"
import { serve } from "../../src/conformance/Serve.ts"
import { type Fault, scripted } from "./support/scriptedClient.ts"

const scope = Scope.makeUnsafe()
let judge = ""

beforeAll(async () => {
  judge = await Effect.runPromise(Scope.provide(serve({ port: 0, settleMillis: 60, scenarios }), scope))
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const errorIds = scenarios.filter(({ area }) => area === "errors").map(({ id }) => id)

/** `ids`: the scenarios that must detect the fault. */
const detected: ReadonlyArray<readonly [fault: Fault, category: Category, ids: ReadonlyArray<string>]> = [
  ["signs the query", "mis-signed", ["sign-ed25519", "sign-rsa"]],
  ["signs without the root path", "mis-signed", ["sign-ed25519", "sign-rsa"]],
  ["signs the method in lower case", "mis-signed", ["sign-ed25519", "sign-rsa"]],
  ["signs without a timestamp", "mis-signed", ["sign-ed25519", "sign-rsa"]],
  ["signs with a long salt", "mis-signed", ["sign-rsa"]],
  ["signs every request with the first key", "mis-signed", ["sign-two-accounts"]],
  ["signs orders with the first key", "mis-signed", ["sign-two-accounts"]],
  ["follows redirects", "leaked", ["sign-redirect"]],
  ["follows redirects", "accepted wrongly", ["sign-redirect"]],
  ["prints request headers", "leaked", ["sign-error-text"]],
  ["prints the private key", "leaked", ["sign-error-text"]],
  ["reads only one page", "lost", ["pages-all", "pages-empty", "pages-cursor"]],
  ["stops at an empty page", "lost", ["pages-empty"]],
  ["repeats the last item of a page", "accepted wrongly", ["pages-all"]],
  ["does not escape cursors", "lost", ["pages-cursor"]],
  ["does not notice repeated cursors", "lost", ["pages-cycle"]],
  ["ends lists at a failed page", "accepted wrongly", ["pages-failure"]],
  ["accepts any body", "accepted wrongly", ["pages-missing"]],
  ["ignores statuses", "accepted wrongly", errorIds.filter((id) => !/-(?:html|cdn|empty|truncated)$/.test(id))],
  ["omits the statuses of errors", "lost", [...errorIds, "create-refused"]],
  [
    "omits the codes of errors",
    "lost",
    ["error-nested", "error-flat", "error-conflict", "error-clock", "create-refused"]
  ],
  ["retries twenty times", "sent twice", ["error-cdn", "error-empty", "error-truncated", "error-limit"]],
  [
    "accepts any body",
    "accepted wrongly",
    [
      ...["error", "empty", "object", "html", "truncated", "missing", "null", "number", "word", "garbled"].map(
        (name) => `answer-${name}`
      ),
      "create-unreadable",
      "create-no-id"
    ]
  ],
  ["rejects unknown fields", "lost", ["answer-new-field"]],
  ["rejects unknown statuses", "lost", ["answer-new-status"]],
  ["reads numbers as doubles", "lost", ["answer-exact"]],
  [
    "retries under a new id",
    "sent twice",
    [
      ...["response-lost", "dropped", "late", "timeout-status", "unavailable", "cut", "unreadable", "no-id"].map(
        (name) => `create-${name}`
      ),
      "create-same-id",
      "limit-once"
    ]
  ],
  [
    "reports every failed order as not placed",
    "lost",
    ["response-lost", "late", "timeout-status", "cut", "unreadable", "no-id"].map((name) => `create-${name}`)
  ],
  [
    "reports failed orders as placed",
    "accepted wrongly",
    ["create-dropped", "create-unavailable", "create-refused", "batch-partial", "limit-burst"]
  ],
  ["reports conflicts as successes", "accepted wrongly", ["create-same-id"]],
  ["accepts cut responses", "accepted wrongly", ["answer-cut"]],
  ["omits refused items of batches", "lost", ["batch-partial"]],
  ["retries writes", "lost", ["cancel-response-lost", "create-response-lost", "batch-response-lost"]],
  ["retries writes", "sent twice", ["decrease-response-lost", "group-response-lost"]],
  ["retries writes", "sent twice", ["limit-always"]],
  ["reports placed orders as refused", "lost", ["limit-burst"]],
  ["rounds counts", "lost", ["create-exact"]],
  ["sends orders twice", "sent twice", ["limit-burst", "batch-partial", "batch-response-lost"]],
  ["drops refused orders", "lost", ["limit-burst"]],
  ["ignores deltas", "accepted wrongly", ["book-changes"]],
  ["ignores snapshots with one side", "lost", ["book-one-side"]],
  ["ignores gaps", "accepted wrongly", ["book-gap", "book-unreadable"]],
  ["applies repeated messages", "accepted wrongly", ["book-repeat"]],
  ["deletes levels with a negative count", "accepted wrongly", ["book-impossible"]],
  ["deletes levels at a change by zero", "accepted wrongly", ["book-zero"]],
  ["drops a second message with the same clock", "accepted wrongly", ["book-crossed"]],
  ["drops late messages", "accepted wrongly", ["book-late"]],
  ["ignores unknown messages", "accepted wrongly", ["book-unknown-message"]],
  ["ignores all messages after the hundredth", "accepted wrongly", ["book-burst"]],
  ["does not notice that a subscription ended", "accepted wrongly", ["book-ended"]],
  ["ignores unknown members", "accepted wrongly", ["book-renamed"]],
  [
    "keeps books after a lost connection",
    "accepted wrongly",
    ["book-reconnect", "book-maintenance", "lines-maintenance"]
  ],
  ["reads only the first connection", "accepted wrongly", ["lines-stall"]],
  ["reads only the first connection", "lost", ["lines-lost"]],
  ["ignores the seq of replies", "lost", ["book-two-markets"]],
  ["ignores refusals", "lost", ["feed-refused", "subscribe-refused"]],
  ["opens thirty connections at once", "sent twice", ["feed-refused"]],
  ["shows books without a subscription", "accepted wrongly", ["feed-refused", "subscribe-refused"]],
  ["drops trades", "lost", ["trades-all"]],
  ["ignores gaps", "lost", ["trades-gap"]],
  ["reports each trade once per connection", "accepted wrongly", ["trades-lines"]]
]

describe("the judge", () => {
  it("lets a client without faults pass every scenario", async () => {
    const card = await playAll(judge, scripted())
    assert.deepStrictEqual(
      card.rows
        .filter(({ verdict }) => verdict !== "passed")
        .map(({ findings, reason, scenario }) => [scenario, reason, findings]),
      []
    )
  })

  it("is tested with at least one fault in every scenario", () => {
    const proved = new Set(detected.flatMap(([, , ids]) => ids))
    assert.deepStrictEqual(
      scenarios.map(({ id }) => id).filter((id) => !proved.has(id)),
      []
    )
  })

  for (const [fault, category, ids] of detected) {
    it(`detects a client that ${fault}: ${category}`, async () => {
      const card = await playAll(judge, scripted(fault), ids)
      const missed = card.rows
        .filter(({ scenario }) => ids.includes(scenario))
        .filter(({ findings }) => !findings.some((finding) => finding.category === category))
        .map(({ findings, reason, scenario }) => [scenario, reason, findings])
      assert.deepStrictEqual(missed, [])
    })
  }
})

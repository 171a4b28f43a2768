import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { type Fault, layerTest, Sandbox } from "../../src/Sandbox.ts"
import { batchCases } from "../support/batchCases.ts"
import { type Case, cases as accountCases, type Change } from "../support/cases.ts"
import { collectionCases } from "../support/collectionCases.ts"
import { communicationsCases } from "../support/communicationsCases.ts"
import { fcmCases } from "../support/fcmCases.ts"
import { marketCases } from "../support/marketCases.ts"
import { referenceCases } from "../support/referenceCases.ts"
import { errorOf, type Got, send } from "../support/wire.ts"
import { makeWorld, order, type World } from "../support/world.ts"

interface Published {
  readonly operationId: string
  readonly tags: ReadonlyArray<string>
  readonly responses: Readonly<Record<string, unknown>>
}

const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Published>>>> } = JSON.parse(
  readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8")
)

const cases: Readonly<Record<string, Case>> = {
  ...accountCases,
  ...batchCases,
  ...collectionCases,
  ...communicationsCases,
  ...fcmCases,
  ...marketCases,
  ...referenceCases
}

const published = Object.values(document.paths).flatMap((methods) => Object.values(methods))

const isSuccess = (status: number): boolean => status >= 200 && status < 300

const isPublic = (id: string): boolean =>
  !Object.hasOwn(published.find(({ operationId }) => operationId === id)!.responses, "401")

const filledIn = (text: string, world: World): string =>
  text
    .replaceAll("{order}", world.orderIds[0]!)
    .replaceAll("{group}", world.groupId)
    .replaceAll("{transfer}", world.transferId)
    .replaceAll("{key}", world.spareKeyId)
    .replaceAll("{rfq}", world.rfqId)
    .replaceAll("{quote}", world.quoteId)
    .replaceAll("{takerRfq}", world.takerRfqId)
    .replaceAll("{ownQuote}", world.ownQuoteId)
    .replaceAll("{acceptedQuote}", world.acceptedQuoteId)
    .replaceAll("{milestone}", world.milestoneId)
    .replaceAll("{target}", world.targetId)
    .replaceAll("{subtrader}", world.subtraderId)
    .replaceAll("{errorSubtrader}", world.errorSubtraderId)
    .replaceAll("{blockTrade}", world.blockTradeId)
    .replaceAll("{batch}", world.batches.batchId)
    .replaceAll("{child}", world.batches.childIds[0]!)
    .replaceAll("{otherChild}", world.batches.childIds[1]!)
    .replaceAll("{batchQuote}", world.batches.batchQuoteId)
    .replaceAll("{acceptedBatch}", world.batches.acceptedBatchId)
    .replaceAll("{acceptedBatchQuote}", world.batches.acceptedBatchQuoteId)
    .replaceAll("{maker}", world.maker.accountId)
    .replaceAll("{taker}", world.taker.accountId)

const attempt = (world: World, { request, who: usual = "maker" }: Case, { who, ...change }: Change = {}) => {
  const sent = { ...request, ...change }
  const json = sent.json === undefined ? {} : { json: JSON.parse(filledIn(JSON.stringify(sent.json), world)) }
  const text = sent.text === undefined ? {} : { json: undefined }
  return send({ by: world[who ?? usual], ...sent, path: filledIn(sent.path, world), ...json, ...text })
}

const assertError = (got: Got, status: number, about: string): void => {
  assert.strictEqual(got.status, status, `${about}: ${JSON.stringify(got.body)}`)
  assert.isString(errorOf(got).code, about)
  assert.isString(errorOf(got).message, about)
}

const table: Array<string> = []

describe("the statuses that the document declares", () => {
  it("have test cases for every operation of the document", () => {
    assert.deepStrictEqual(Object.keys(cases).sort(), published.map(({ operationId }) => operationId).sort())
  })

  for (const { operationId, responses, tags } of published) {
    it.effect(`are all reached for ${operationId}, and refusals change nothing`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const world = yield* makeWorld
        // Historical operations find only archived items.
        if (tags.includes("historical")) yield* sandbox.moveClock(100 * 86_400_000)
        const statusCase = cases[operationId]!
        const reached = new Map<number, number>()
        const seen = (got: Got) => {
          reached.set(got.status, (reached.get(got.status) ?? 0) + 1)
          return got
        }
        const refusedAs = (status: number, change: Change) =>
          Effect.gen(function* () {
            const about = `${operationId} ${JSON.stringify(change)}`
            const before = JSON.stringify(yield* sandbox.dump)
            assertError(seen(yield* attempt(world, statusCase, change)), status, about)
            assert.strictEqual(JSON.stringify(yield* sandbox.dump), before, about)
          })
        for (const [status, changes] of Object.entries(statusCase.others ?? {})) {
          for (const change of changes) {
            yield* refusedAs(Number(status), change)
          }
        }
        if (!isPublic(operationId)) {
          yield* refusedAs(401, { signed: { path: "/" } })
          yield* refusedAs(401, { headers: { "kalshi-access-key": undefined } })
        }
        // Server errors come from planted faults.
        const ofServer = [500, 503, 504].filter((status) => Object.hasOwn(responses, String(status)))
        const planted = new Set([...ofServer, ...(statusCase.planted ?? [])])
        for (const status of planted) {
          const fault: Fault = { status, operation: operationId }
          yield* sandbox.plant(fault)
          yield* refusedAs(status, {})
        }
        const success = Number(Object.keys(responses).find((status) => isSuccess(Number(status))))
        assert.strictEqual(seen(yield* attempt(world, statusCase)).status, success, operationId)
        // The basic account repeats the request until it has no tokens left.
        let last = yield* attempt(world, statusCase, { who: "basic" })
        for (let sent = 0; sent < 400 && last.status !== 429; sent++) {
          last = yield* attempt(world, statusCase, { who: "basic" })
        }
        seen(last)
        assert.deepStrictEqual(last.body, { error: "too many requests" })
        assert.deepStrictEqual([...reached.keys()].sort(), Object.keys(responses).map(Number).sort(), operationId)
        const counts = Array.from(reached).sort(([left], [right]) => left - right)
        table.push(
          `${operationId.padEnd(40)} ${counts.map(([status, times]) => `${status}${planted.has(status) ? "*" : ""}×${times}`).join("  ")}`
        )
      }).pipe(Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } })))
    )
  }

  afterAll(() =>
    console.log(
      ["operation, and the number of responses by status (* by a planted fault):", ...table.sort()].join("\n")
    )
  )
})

describe("Assumptions.undeclaredStatuses", () => {
  it.effect('"recorded" makes the exchange respond with the statuses that were recorded', () =>
    Effect.gen(function* () {
      const world = yield* makeWorld
      for (const id of ["GetOrderGroup", "ResetOrderGroup", "TriggerOrderGroup", "DeleteOrderGroup"]) {
        const path = cases[id]!.request.path.replace("{group}", "not-a-uuid")
        const got = yield* attempt(world, cases[id]!, { path })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "bad_request"], id)
      }
      const unknown = yield* attempt(world, cases["CreateOrderV2"]!, { json: order({ ticker: "KXNONE-1" }) })
      assert.deepStrictEqual([unknown.status, errorOf(unknown).code], [404, "market_not_found"])
      const denied = yield* attempt(world, cases["GetOrders"]!, { who: "balanceOnly" })
      assert.deepStrictEqual([denied.status, errorOf(denied).code], [403, "permission_denied"])
    }).pipe(Effect.provide(layerTest({ assumptions: { undeclaredStatuses: "recorded" } })))
  )
})

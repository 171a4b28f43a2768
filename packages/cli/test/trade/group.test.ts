import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as exchange } from "../support/exchange.ts"
import { trading } from "../support/trading.ts"

layer(exchange(), { excludeTestServices: true })("kalshi group", (it) => {
  it.effect("creates a group, and shows it with its orders", () =>
    Effect.gen(function* () {
      const { json, run, ticker } = yield* trading("KXGROUP-26-T1")
      const created = yield* json(["group", "create", "--limit", "100", "--yes"])
      assert.deepInclude(created.value, { outcome: "created", exit_code: 0 })
      const id: string = created.value.order_group_id
      const args = ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10", "--group", id, "--yes"]
      const placed = yield* json(args)
      const { stdout } = yield* run(["group", "get", id])
      assert.strictEqual(
        stdout,
        `limit   100.00 contracts in 15 seconds\norders  ${placed.value.order_id}\nshard   0\n`
      )
      const listed = yield* json(["groups"])
      assert.deepInclude(listed.value[0], { id, contracts_limit_fp: "100.00" })
    })
  )

  it.effect("triggers, resets, limits and deletes a group, and shows the effect before it asks", () =>
    Effect.gen(function* () {
      const { json, orders, run, ticker } = yield* trading("KXGROUP-26-T2")
      const { value } = yield* json(["group", "create", "--limit", "100", "--yes"])
      const id: string = value.order_group_id
      const place = ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10", "--group", id, "--yes"]
      yield* json(place)
      const shown = yield* run(["group", "trigger", id])
      assert.strictEqual(shown.exit, "usage")
      assert.include(
        shown.stdout,
        "the exchange cancels the group's orders, and accepts no new orders until the group is reset"
      )
      assert.deepInclude((yield* json(["group", "trigger", id, "--yes"])).value, { outcome: "triggered" })
      assert.deepInclude((yield* orders)[0], { status: "canceled" })
      assert.strictEqual((yield* run(place)).exit, "refused")
      assert.deepInclude((yield* json(["group", "reset", id, "--yes"])).value, { outcome: "reset" })
      assert.strictEqual((yield* run(place)).exit, "done")
      assert.deepInclude((yield* json(["group", "limit", id, "50", "--yes"])).value, { outcome: "limit_updated" })
      assert.deepInclude((yield* json(["group", "get", id])).value, { contracts_limit_fp: "50.00" })
      assert.deepInclude((yield* json(["group", "delete", id, "--yes"])).value, { outcome: "deleted" })
      const gone = yield* run(["group", "delete", id, "--yes"])
      assert.strictEqual(gone.exit, "refused")
      assert.include(gone.stderr, `The primary account has no order group "${id}", or the group was deleted`)
    })
  )

  it.effect("--dry-run prints the exact request, and sends nothing", () =>
    Effect.gen(function* () {
      const { json } = yield* trading("KXGROUP-26-T3")
      const before = (yield* json(["groups"])).value.length
      const { exit, value } = yield* json(["group", "create", "--limit", "2.5", "--shard", "2", "--dry-run"])
      assert.strictEqual(exit, "done")
      assert.deepStrictEqual(value.requests, [
        {
          method: "POST",
          path: "/trade-api/v2/portfolio/order_groups/create",
          body: { contracts_limit_fp: "2.50", exchange_index: 2 }
        }
      ])
      assert.strictEqual((yield* json(["groups"])).value.length, before)
    })
  )

  it.effect("5: the response of a create was lost, so a group may exist", () =>
    Effect.gen(function* () {
      const { json, sandbox } = yield* trading("KXGROUP-26-T4")
      yield* sandbox.plant({ operation: "CreateOrderGroup", reset: "after" })
      const { code, stderr } = yield* json(["group", "create", "--limit", "100", "--yes"])
      assert.strictEqual(code, 5)
      assert.include(JSON.parse(stderr).error.message, "Look for the group with `kalshi groups`")
    })
  )

  it.effect("2: the limit is not 1 to 1000000 contracts", () =>
    Effect.gen(function* () {
      const { run } = yield* trading("KXGROUP-26-T5")
      for (const limit of ["0", "0.5", "1000001", "ten"]) {
        assert.strictEqual((yield* run(["group", "create", "--limit", limit, "--yes"])).exit, "usage", limit)
      }
    })
  )
})

import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startKalshi } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"
import { linesOf, waitForText } from "./support/recordings.ts"

const ticker = "KXPROCESS-26-A"

layer(exchange({ markets: [{ ticker }] }), { excludeTestServices: true })("kalshi record as a process", (it) => {
  it.effect("closes the file and exits with 0 after Ctrl-C, and keeps the written lines when it is killed", () =>
    Effect.gen(function* () {
      const { account, env, folder, run, sandbox } = yield* LocalExchange
      const [stopped, killed] = [join(folder, "stopped.ndjson"), join(folder, "killed.ndjson")]
      const bid = (price: string) =>
        Effect.orDie(sandbox.placeOrder(account.accountId, { ticker, side: "bid", count: "5", price }))
      const arrived = Effect.forEach([stopped, killed], (file) => waitForText(file, '"0.4000"'), { discard: true })
      const stopping = yield* startKalshi(["record", "--out", stopped, ticker], { env })
      const killing = yield* startKalshi(["record", "--out", killed, ticker], { env })
      for (const file of [stopped, killed]) yield* waitForText(file, "orderbook_snapshot")
      yield* bid("0.40")
      yield* arrived
      killing.child.kill("SIGKILL")
      stopping.child.kill("SIGINT")
      const [result] = yield* Effect.all([stopping.ended, killing.ended])
      assert.deepStrictEqual([result.code, result.exit], [0, "done"], result.stderr)
      assert.match(result.stdout, /^file +\S+stopped\.ndjson\nmessages +\d+\norder books +1\noutages +0\n/)
      assert.propertyVal(linesOf(stopped).at(-1), "reason", "stopped")
      assert.isTrue(readFileSync(stopped, "utf8").endsWith("\n"))
      assert.notInclude(readFileSync(killed, "utf8"), '"type":"end"')
      appendFileSync(killed, '{"type":"fra')
      const replayed = yield* run(["replay", killed, "--books", "--json"])
      assert.strictEqual(replayed.exit, "done")
      const [book] = JSON.parse(replayed.stdout) as ReadonlyArray<object>
      assert.deepInclude(book, { market_ticker: ticker, is_live: true, bids: [{ price: "0.40", count: "5.00" }] })
      assert.include(replayed.stderr, "killed.ndjson ends with an incomplete line of 12 bytes")
    }).pipe(Effect.orDie)
  )
})

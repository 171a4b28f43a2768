import { assert, describe, it, layer } from "@effect/vitest"
import * as Environment from "@kalshi-effect/client/Environment"
import type * as Command from "effect/cli/Command"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Changes } from "../../src/app/annotations.ts"
import { isProduction, send } from "../../src/app/changes.ts"
import { CommandError } from "../../src/app/failures.ts"
import { kalshi as tree } from "../../src/Cli.ts"
import { key } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"
import { trading } from "../support/trading.ts"

describe("isProduction", () => {
  it("is true for names and addresses of production, and false for other exchanges", () => {
    const isReal = (text: string) => isProduction(Result.getOrThrow(Environment.parse(text)))
    for (const text of [
      "production",
      "https://external-api.kalshi.com",
      "https://api.elections.kalshi.com",
      "https://trading-api.kalshi.com",
      "https://external-api.kalshi.com.",
      "https://external-api.kalshi.com:8443"
    ]) {
      assert.isTrue(isReal(text), text)
    }
    for (const text of [
      "demo",
      "sandbox",
      "https://demo-api.kalshi.co",
      "https://external-api.demo.kalshi.co",
      "http://127.0.0.1:8787",
      "https://kalshi.com.example.test",
      "https://notkalshi.com"
    ]) {
      assert.isFalse(isReal(text), text)
    }
  })
})

const changing = (command: Command.Command.Any, path: ReadonlyArray<string> = []): ReadonlyArray<string> => [
  ...(Context.get(command.annotations, Changes) ? [path.join(" ")] : []),
  ...command.subcommands.flatMap(({ commands }) => commands.flatMap((child) => changing(child, [...path, child.name])))
]

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"

const commandLines: Readonly<Record<string, ReadonlyArray<string>>> = {
  "order place": ["buy", "yes", "KXREAL-26-T1", "--count", "1", "--price", "0.10"],
  "order close": ["KXREAL-26-T1", "--price", "0.10"],
  "order amend": [id, "--yes-price", "0.10"],
  "order decrease": [id, "--to", "1"],
  "order cancel": [id],
  "order cancel-all": [],
  "group create": ["--limit", "10"],
  "group limit": [id, "10"],
  "group reset": [id],
  "group trigger": [id],
  "group delete": [id]
}

describe("send", () => {
  it.effect("fails with the exit `unknown` after a defect, because the request may have been sent", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(send(Effect.die(new Error("a bug")), "Check the orders"))
      assert.instanceOf(error, CommandError)
      assert.deepInclude(error, {
        exit: "unknown",
        message:
          "This is a bug in the command: a bug. The exchange may have carried out the request. Check the orders. Run the command with --debug, and report the output"
      })
    })
  )
})

layer(exchange(), { excludeTestServices: true })("a change on production", (it) => {
  it.effect("is refused before it is sent if only a variable or a profile names production", () =>
    Effect.gen(function* () {
      const { env, folder, run, sandbox } = yield* LocalExchange
      const config = join(folder, "production-config")
      mkdirSync(config)
      const profile = { environment: "production" }
      writeFileSync(join(config, "profiles.json"), JSON.stringify({ default: "real", profiles: { real: profile } }))
      const before = (yield* sandbox.requests).length
      const lines = changing(tree).filter((path) => /^(?:order|group) /.test(path))
      assert.deepStrictEqual([...lines].sort(), Object.keys(commandLines).sort())
      for (const line of lines) {
        for (const variables of [
          { KALSHI_ENV: "production" },
          { KALSHI_ENV: "https://api.elections.kalshi.com" },
          { KALSHI_ENV: "", KALSHI_CONFIG_DIR: config }
        ]) {
          const args = [...line.split(" "), ...commandLines[line]!, "--yes"]
          const { exit, stderr } = yield* run(args, { env: { ...env, ...variables }, redirectTo: sandbox.url })
          assert.strictEqual(exit, "usage", line)
          assert.include(stderr, "needs --env production on the command line each time", line)
        }
      }
      assert.strictEqual((yield* sandbox.requests).length, before)
    })
  )

  it.effect("is sent with --env production, after a question that names production", () =>
    Effect.gen(function* () {
      const { orders, run, sandbox, ticker } = yield* trading("KXREAL-26-T1")
      const args = ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10", "--env", "production"]
      const options = { columns: 100, redirectTo: sandbox.url }
      const refused = yield* run(args, { ...options, keys: ["n", "o", "return"].map(key) })
      assert.strictEqual(refused.exit, "interrupted")
      assert.include(refused.stdout, "environment  PRODUCTION, real money (external-api.kalshi.com)")
      assert.include(refused.stdout, "PRODUCTION, real money. Send this order?")
      assert.deepStrictEqual(yield* orders, [])
      const sent = yield* run(args, { ...options, keys: ["y", "return"].map(key) })
      assert.strictEqual(sent.exit, "done")
      assert.strictEqual((yield* orders).length, 1)
    })
  )

  it.effect("can be previewed without --env, because a dry run sends nothing", () =>
    Effect.gen(function* () {
      const { env, orders, run, sandbox, ticker } = yield* trading("KXREAL-26-T2")
      const { exit } = yield* run(
        ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10", "--dry-run"],
        { env: { ...env, KALSHI_ENV: "production" }, redirectTo: sandbox.url }
      )
      assert.strictEqual(exit, "done")
      assert.deepStrictEqual(yield* orders, [])
    })
  )
})

layer(exchange(), { excludeTestServices: true })("a command that changes something", (it) => {
  it.effect("sends no change with --dry-run, and none if neither --yes nor a terminal can confirm the change", () =>
    Effect.gen(function* () {
      const { account, json, run, sandbox, ticker } = yield* trading("KXUNSENT-26-T1")
      const order = { ticker, side: "bid", count: "10", price: "0.50" } as const
      const { orderId } = yield* sandbox.placeOrder(account.accountId, order)
      const other = yield* sandbox.createAccount()
      yield* sandbox.placeOrder(other.accountId, { ...order, side: "ask", count: "4" })
      const created = yield* json(["group", "create", "--limit", "10", "--yes"])
      const groupId: string = created.value.order_group_id
      const before = (yield* sandbox.requests).length
      for (const [line, args] of Object.entries(commandLines)) {
        const own = args.map((arg) => {
          if (arg === "KXREAL-26-T1") return ticker
          return arg === id ? (line.startsWith("group") ? groupId : orderId) : arg
        })
        const command = [...line.split(" "), ...own]
        const shown = yield* run(command)
        assert.strictEqual(shown.exit, "usage", line)
        assert.include(shown.stderr, "Nothing was sent, because there is no terminal to ask on", line)
        const dry = yield* json([...command, "--dry-run"])
        assert.strictEqual(dry.exit, "done", line)
        assert.isNotEmpty(dry.value.requests, line)
        const both = yield* json([...command, "--dry-run", "--yes"])
        assert.strictEqual(both.value.outcome, "not_sent", line)
      }
      const sent = (yield* sandbox.requests).slice(before)
      assert.deepStrictEqual([...new Set(sent.map(({ method }) => method))], ["GET"])
    })
  )
})

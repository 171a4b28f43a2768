import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import { catalog } from "../../src/call/generated/catalog.ts"
import { key } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const json = (text: string): unknown => JSON.parse(text)

const typed = (text: string) => [...[...text].map(key), key("return")]

layer(exchange({ world: true }), { excludeTestServices: true })("kalshi call", (it) => {
  const received = (id: string) =>
    Effect.gen(function* () {
      const { sandbox } = yield* LocalExchange
      return (yield* sandbox.requests).filter(({ operation }) => operation === id).length
    })

  describe("a read", () => {
    it.effect("prints the response as YAML, with amounts of money as text", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { code, stderr, stdout } = yield* run(["call", "Portfolio.balance"])
        assert.strictEqual(stderr, "")
        assert.strictEqual(code, 0)
        assert.include(stdout, 'balance_dollars: "1000000.0000"')
        const printed = yield* run(["call", "Portfolio.balance", "--json"])
        assert.deepStrictEqual(parse(stdout), json(printed.stdout))
      })
    )

    it.effect("is found by its id in the published document, even in lower case", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const [byName, byId] = yield* Effect.all([run(["call", "Exchange.status"]), run(["call", "getexchangestatus"])])
        assert.strictEqual(byId.stdout, byName.stdout)
        assert.include(byId.stdout, "exchange_active: true")
      })
    )

    it.effect("needs no key if it is public", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const noKey = { env: { KALSHI_API_KEY_ID: "", KALSHI_PRIVATE_KEY_PATH: "" } }
        assert.strictEqual((yield* run(["call", "Markets.list", "limit=1"], noKey)).code, 0)
        const refused = yield* run(["call", "Portfolio.balance"], noKey)
        assert.strictEqual(refused.exit, "key")
        assert.include(refused.stderr, "This command needs an API key")
      })
    )

    it.effect("says that a list has more pages", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { stderr } = yield* run(["call", "Markets.list", "limit=1"])
        assert.include(stderr, "The list continues. Pass --pages all")
      })
    )

    it.effect("prints a number of pages, or all pages, as lines of JSON", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const two = yield* run(["call", "Markets.list", "limit=2", "--pages", "2"])
        const lines = two.stdout.trimEnd().split("\n").map(json) as ReadonlyArray<{ readonly ticker: string }>
        assert.lengthOf(lines, 4)
        const cursor = /cursor=(\S+)\n$/.exec(two.stderr)?.[1]
        const next = yield* run(["call", "Markets.list", "limit=1", `cursor=${cursor}`, "--json"])
        const page = json(next.stdout) as { readonly markets: ReadonlyArray<{ readonly ticker: string }> }
        assert.notInclude(
          lines.map(({ ticker }) => ticker),
          page.markets[0]?.ticker
        )
        const all = yield* run(["call", "Markets.list", "limit=1000", "--pages", "all"])
        assert.deepStrictEqual(all.stdout.split("\n").slice(0, 4), two.stdout.split("\n").slice(0, 4))
        assert.strictEqual(all.stderr, "")
      })
    )

    it.effect("names the list of each item if a page has several lists", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { stdout } = yield* run(["call", "Events.list", "limit=1", "with_milestones=true", "--pages", "1"])
        assert.include(Object.keys(json(stdout.split("\n")[0] ?? "") as object), "events")
      })
    )

    it.effect("ends without an error if the reader closes the output", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { code, stderr, stdout } = yield* run(["call", "Markets.list", "limit=1", "--pages", "all"], { head: 2 })
        assert.deepStrictEqual([code, stderr, stdout.trimEnd().split("\n").length], [0, "", 2])
      })
    )
  })

  describe("a change", () => {
    it.effect("is shown, and not sent, without a terminal and without --yes", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const before = yield* received("CreateOrderGroup")
        const { exit, stderr, stdout } = yield* run(["call", "OrderGroups.create", "contracts_limit=5"])
        assert.strictEqual(exit, "usage")
        assert.strictEqual(stdout, 'POST /trade-api/v2/portfolio/order_groups/create\n{\n  "contracts_limit": 5\n}\n')
        assert.include(stderr, "Nothing was sent, because there is no terminal to ask on. Pass --yes")
        assert.strictEqual(yield* received("CreateOrderGroup"), before)
      })
    )

    it.effect("is sent if the user answers yes, and not if the user answers no", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const command = ["call", "OrderGroups.create", "contracts_limit=6"]
        const before = yield* received("CreateOrderGroup")
        const no = yield* run(command, { columns: 80, keys: typed("no") })
        assert.strictEqual(no.exit, "interrupted")
        assert.strictEqual(yield* received("CreateOrderGroup"), before)
        const yes = yield* run(command, { columns: 80, keys: typed("yes") })
        assert.strictEqual(yes.exit, "done", yes.stderr)
        assert.include(yes.stdout, "order_group_id: ")
        assert.strictEqual(yield* received("CreateOrderGroup"), before + 1)
      })
    )

    it.effect("is sent without a question with --yes", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const created = yield* run(["call", "OrderGroups.create", "contracts_limit_fp=7", "--yes", "--json"])
        const { order_group_id } = json(created.stdout) as { readonly order_group_id: string }
        const deleted = yield* run(["call", "OrderGroups.delete", `order_group_id=${order_group_id}`, "--yes"])
        assert.deepStrictEqual([deleted.code, deleted.stderr], [0, ""])
      })
    )

    it.effect("is shown in full by --dry-run, which needs no key", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* LocalExchange
        const before = yield* received("CreateOrderV2")
        const file = join((yield* LocalExchange).folder, "order.json")
        writeFileSync(
          file,
          '{"ticker":"KXSAMPLE-26-YES","side":"bid","count":"1","time_in_force":"good_till_canceled"}'
        )
        const { stderr, stdout } = yield* run(
          [
            "call",
            "Orders.create",
            `@${file}`,
            "price=0.5000",
            "self_trade_prevention_type=maker",
            "--dry-run",
            "--json"
          ],
          { env: { KALSHI_API_KEY_ID: "", KALSHI_PRIVATE_KEY_PATH: "" } }
        )
        assert.strictEqual(stderr, "")
        assert.deepStrictEqual(json(stdout), {
          outcome: "not_sent",
          environment: sandbox.url,
          rest_url: `${sandbox.url}/trade-api/v2`,
          operation: "Orders.create",
          requests: [
            {
              method: "POST",
              path: "/trade-api/v2/portfolio/events/orders",
              body: {
                ticker: "KXSAMPLE-26-YES",
                side: "bid",
                count: "1",
                time_in_force: "good_till_canceled",
                price: "0.5000",
                self_trade_prevention_type: "maker"
              }
            }
          ]
        })
        assert.strictEqual(yield* received("CreateOrderV2"), before)
      })
    )

    it.effect("ends with the exit code `unknown` if the exchange may have carried out the request", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* LocalExchange
        yield* sandbox.plant({ operation: "CreateOrderGroup", reset: "after", times: 1 })
        const { exit, stderr } = yield* run(["call", "OrderGroups.create", "contracts_limit=5", "--yes"])
        assert.strictEqual(exit, "unknown")
        assert.include(stderr, "Read the state with `kalshi call` before you send the request again")
      })
    )

    it.effect(
      "prints the response of a batch, and ends with the exit code `refused` if the exchange refused items",
      () =>
        Effect.gen(function* () {
          const { run, sandbox } = yield* LocalExchange
          yield* sandbox.createMarket({ ticker: "KXBATCH-26-T1" })
          const orders = (tickers: ReadonlyArray<string>) =>
            tickers.flatMap((ticker, index) =>
              [`ticker=${ticker}`, "side=bid", "count=1", "price=0.0100", "time_in_force=good_till_canceled"]
                .concat("self_trade_prevention_type=maker")
                .map((field) => `orders.${index}.${field}`)
            )
          const batch = (tickers: ReadonlyArray<string>) =>
            run(["call", "Orders.batchCreate", ...orders(tickers), "--yes", "--json"])
          const all = yield* batch(["KXBATCH-26-T1", "KXBATCH-26-T1"])
          assert.strictEqual(all.exit, "done")
          const some = yield* batch(["KXBATCH-26-T1", "KXMISSING-26-T1"])
          assert.strictEqual(some.exit, "refused")
          const [placed, refused] = (json(some.stdout) as { readonly orders: ReadonlyArray<object> }).orders
          assert.property(placed, "order_id")
          assert.property(refused, "error")
          assert.deepInclude((json(some.stderr) as { readonly error: object }).error, {
            exit: "refused",
            message:
              "The exchange refused 1 of 2 items. It carried out the other items. The response says which items it refused, and why",
            refused: 1,
            items: 2
          })
          const none = yield* batch(["KXMISSING-26-T1"])
          assert.include(none.stderr, "The exchange refused 1 of 1 items. The response says")
        })
    )

    it.effect("is not sent if its outcome cannot be printed", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const before = yield* received("CreateOrderGroup")
        for (const flags of [["--csv"], ["--csv", "--json"]]) {
          const { exit, stderr } = yield* run(["call", "OrderGroups.create", "contracts_limit=5", "--yes", ...flags])
          assert.strictEqual(exit, "usage")
          assert.include(stderr, "--csv")
        }
        assert.strictEqual(yield* received("CreateOrderGroup"), before)
      })
    )

    it.effect("is never sent to production only because a profile or an environment variable names production", () =>
      Effect.gen(function* () {
        const { env, run } = yield* LocalExchange
        yield* run([
          ...["profile", "add", "prod", "--env", "production"],
          ...["--key-id", env["KALSHI_API_KEY_ID"]!, "--key-file", env["KALSHI_PRIVATE_KEY_PATH"]!]
        ])
        const change = ["call", "OrderGroups.create", "contracts_limit=5", "--yes"]
        for (const result of [
          yield* run([...change, "--profile", "prod"]),
          yield* run(change, { env: { KALSHI_ENV: "", KALSHI_PROFILE: "prod" } }),
          yield* run(change, { env: { KALSHI_ENV: "production" } })
        ]) {
          assert.strictEqual(result.exit, "usage")
          assert.include(result.stderr, "A change on production needs --env production on the command line each time")
        }
      })
    )
  })

  describe("an operation whose response has a private key", () => {
    it.effect("is refused without --out, before anything is sent", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { exit, stderr } = yield* run(["call", "ApiKeys.generate", "name=a", "--yes"])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, "contains a private key, which is never printed. Pass --out FILE")
        assert.strictEqual(yield* received("GenerateApiKey"), 0)
      })
    )

    it.effect("writes the key to a new file that only its owner can read, and prints the other fields", () =>
      Effect.gen(function* () {
        const { folder, run } = yield* LocalExchange
        const out = join(folder, "generated.pem")
        const { stderr, stdout } = yield* run(["call", "ApiKeys.generate", "name=a", "--out", out, "--yes", "--json"])
        assert.strictEqual(stderr, "")
        const { private_key_path, ...others } = json(stdout) as Readonly<Record<string, string>>
        assert.strictEqual(private_key_path, out)
        assert.sameMembers(Object.keys(others), ["api_key_id", "key_type"])
        assert.strictEqual(statSync(out).mode & 0o777, 0o600)
        assert.match(readFileSync(out, "utf8"), /^-----BEGIN (?:RSA )?PRIVATE KEY-----\n/)
      })
    )

    it.effect("sends nothing if the file of --out exists", () =>
      Effect.gen(function* () {
        const { folder, run } = yield* LocalExchange
        const out = join(folder, "existing.pem")
        writeFileSync(out, "mine")
        const before = yield* received("GenerateApiKey")
        const { exit, stderr } = yield* run(["call", "ApiKeys.generate", "name=a", "--out", out, "--yes"])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, "exists, and is not replaced")
        assert.strictEqual(readFileSync(out, "utf8"), "mine")
        assert.strictEqual(yield* received("GenerateApiKey"), before)
      })
    )

    it.effect("leaves no file behind if the exchange refuses", () =>
      Effect.gen(function* () {
        const { folder, run, sandbox } = yield* LocalExchange
        const out = join(folder, "refused.pem")
        yield* sandbox.plant({ operation: "GenerateApiKey", status: 403, times: 1, body: { code: "forbidden" } })
        const { exit } = yield* run(["call", "ApiKeys.generate", "name=a", "--out", out, "--yes"])
        assert.strictEqual(exit, "key")
        assert.throws(() => statSync(out))
      })
    )
  })

  describe("the flag", () => {
    it.effect("--list finds operations by name, path or description", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const all = yield* run(["call", "--list", "--json"])
        assert.lengthOf(json(all.stdout) as ReadonlyArray<unknown>, catalog.length)
        const some = yield* run(["call", "--list", "ORDER_GROUPS", "--csv"])
        assert.lengthOf(some.stdout.trimEnd().split("\r\n"), 8)
        const orders = yield* run(["call", "--list", "orders", "--json"])
        const names = (json(orders.stdout) as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)
        assert.isTrue(names.indexOf("Orders.create") < names.indexOf("Exchange.userDataTimestamp"))
        assert.include(some.stdout, "OrderGroups.reset,PUT,/portfolio/order_groups/{order_group_id}/reset,write,")
      })
    )

    it.effect("--describe shows what an operation does, and its fields, without a connection", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { stdout } = yield* run(["call", "Orders.batchCreate", "--describe"], { env: { KALSHI_ENV: "" } })
        assert.include(stdout, "Orders.batchCreate  POST /portfolio/events/orders/batched\nPlaces several orders")
        assert.include(stdout, "  kalshi call Orders.batchCreate orders.0.… [field=…]\n")
        assert.match(stdout, / {2}orders\.N\.side {2}required, bid \| ask\n/)
        assert.isTrue(stdout.split("\n").every((line) => line.length <= 80))
      })
    )
  })

  describe("every operation", () => {
    it.effect("is found by its name and by its id", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        for (const { id, name } of catalog) {
          for (const called of [name, id]) {
            const { exit, stdout } = yield* run(["call", called, "--describe", "--json"])
            assert.strictEqual(exit, "done", called)
            assert.deepInclude(json(stdout), { name, id })
          }
        }
      })
    )

    it.effect("gets a response of the exchange, if it is a read without required fields", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const reads = catalog.filter(
          ({ access, fields }) => access !== "write" && Object.values(fields).every(({ required }) => !required)
        )
        assert.isAtLeast(reads.length, 40)
        for (const { name } of reads) {
          const { exit, stderr, stdout } = yield* run(["call", name])
          // The account does not belong to an FCM, so the exchange refuses some reads.
          assert.include(["done", "refused", "key"], exit, stderr)
          if (exit === "done") assert.isObject(parse(stdout), name)
        }
      })
    )
  })

  describe("refuses", () => {
    const refusals: ReadonlyArray<readonly [what: string, args: ReadonlyArray<string>, message: string]> = [
      [
        "a command without an operation",
        [],
        "Name an operation, such as `kalshi call Exchange.status`, or pass --list"
      ],
      ["an unknown operation", ["Orders.creat"], 'There is no operation "Orders.creat". Did you mean Orders.create'],
      ["an unknown field", ["Markets.list", "statu=open"], 'There is no field "statu". Did you mean status?'],
      [
        "a missing field",
        ["OrderGroups.get"],
        "at /order_group_id: this field is required. Run `kalshi call OrderGroups.get"
      ],
      ["a value outside its bounds", ["Markets.list", "limit=5000"], "at /limit: expected an integer from 0 to 1000"],
      [
        "an amount of money as a number",
        ["Orders.create", "price:=0.5", "--dry-run"],
        "Orders.create was not sent: invalid input"
      ],
      ["--pages for a single response", ["Exchange.status", "--pages", "2"], "returns everything in one response"],
      [
        "--pages that is not a number of pages",
        ["Markets.list", "--pages", "0"],
        "--pages must be a number of at least 1, or all"
      ],
      [
        "--out for a response without a private key",
        ["Exchange.status", "--out", "x.pem"],
        "contains no private key. Remove --out"
      ],
      [
        "--subaccount for an operation without that field",
        ["Exchange.status", "--subaccount", "1"],
        "takes no subaccount"
      ]
    ]
    for (const [what, args, message] of refusals) {
      it.effect(what, () =>
        Effect.gen(function* () {
          const { run } = yield* LocalExchange
          const { exit, stderr, stdout } = yield* run(["call", ...args])
          assert.strictEqual(exit, "usage", stderr)
          assert.strictEqual(stdout, "")
          assert.include(stderr, message)
        })
      )
    }
  })

  it.effect("names the invalid field in the JSON of the error", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const { stderr } = yield* run(["call", "OrderGroups.get", "--json"])
      const { error } = json(stderr) as { readonly error: Readonly<Record<string, unknown>> }
      assert.deepInclude(error, { type: "InvalidRequest", operation: "OrderGroups.get", pointer: "/order_group_id" })
    })
  )

  it.effect("puts the subaccount of --subaccount into the input", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const { stdout } = yield* run(["call", "Orders.list", "--subaccount", "3", "--dry-run"])
      assert.strictEqual(stdout, "GET /trade-api/v2/portfolio/orders?subaccount=3\n")
      const given = yield* run(["call", "Orders.list", "subaccount=2", "--subaccount", "3", "--dry-run"])
      assert.strictEqual(given.stdout, "GET /trade-api/v2/portfolio/orders?subaccount=2\n")
    })
  )

  it.effect("puts the subaccount of --subaccount into each order of a batch that has no subaccount", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const ids = ["orders.0.order_id=a", "orders.1.order_id=b", "orders.1.subaccount=2"]
      const args = ["call", "Orders.batchCancel", ...ids, "--subaccount", "3", "--dry-run", "--json"]
      const { requests } = json((yield* run(args)).stdout) as { readonly requests: ReadonlyArray<{ body: unknown }> }
      assert.deepStrictEqual(requests[0]?.body, {
        orders: [
          { order_id: "a", subaccount: 3 },
          { order_id: "b", subaccount: 2 }
        ]
      })
    })
  )
})

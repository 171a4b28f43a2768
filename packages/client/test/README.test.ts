import { generateKeyPairSync } from "node:crypto"
import * as fs from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Redis } from "effect/persistence"
import * as esbuild from "esbuild"
import { vi } from "vitest"
import { channels } from "../src/generated/feed.ts"
import { load, moduleNames, urlOf } from "./support/modules.ts"
import { recorded } from "./support/calls.ts"
import * as redis from "./support/redis.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")
const examplesOf = (text: string) => [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)

const run = async (modules: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-client-examples-"))
  try {
    const outfile = path.join(folder, "examples.mjs")
    await esbuild.build({
      stdin: {
        contents: `${modules.map((_, index) => `import "example:${index}"`).join("\n")}
export { printed } from "example:printed"`,
        resolveDir: root,
        loader: "ts"
      },
      plugins: [
        {
          name: "examples",
          setup: (build) => {
            build.onResolve({ filter: /^example:/ }, (found) => ({ path: found.path.slice(8), namespace: "example" }))
            build.onLoad({ filter: /.*/, namespace: "example" }, ({ path: name }) => ({
              contents:
                name === "printed"
                  ? "export const printed: Array<string> = []"
                  : `import { printed } from "example:printed"
const console = { log: (value: unknown) => void printed.push(String(value)) }
${modules[Number(name)]!}`,
              resolveDir: root,
              loader: "ts"
            }))
          }
        }
      ],
      // undici is CommonJS and requires Node's modules.
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)' },
      bundle: true,
      outfile,
      platform: "node",
      format: "esm",
      target: "node22",
      logLevel: "silent"
    })
    const { printed } = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as {
      readonly printed: ReadonlyArray<string>
    }
    return printed
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"

/** A fill with a fee of 0.0175. */
const fill = recorded("GetFills")
  .flatMap((body) => (body as { readonly fills: ReadonlyArray<{ readonly fee_cost: string }> }).fills)
  .find(({ fee_cost }) => fee_cost === "0.017500")

const responses: Readonly<
  Record<string, { readonly signed: boolean; readonly status: number; readonly body: unknown }>
> = {
  "GET /trade-api/v2/portfolio/balance": {
    signed: true,
    status: 200,
    body: recorded("GetBalance").find((body) => JSON.stringify(body).includes('"999.4625"'))
  },
  "GET /trade-api/v2/portfolio/fills?limit=1000": {
    signed: true,
    status: 200,
    body: { fills: [fill], cursor: "CgsI+/==" }
  },
  "GET /trade-api/v2/portfolio/fills?limit=1000&cursor=CgsI%2B%2F%3D%3D": {
    signed: true,
    status: 200,
    body: { fills: [fill], cursor: "" }
  },
  // The server is also the OTLP collector.
  "POST /v1/metrics": { signed: false, status: 200, body: {} },
  "POST /v1/traces": { signed: false, status: 200, body: {} },
  "GET /trade-api/v2/exchange/status": {
    signed: false,
    status: 200,
    body: { exchange_active: true, trading_active: true }
  },
  "POST /trade-api/v2/portfolio/events/orders": {
    signed: true,
    status: 400,
    body: { error: { code: "invalid_order", message: "invalid order", details: "insufficient balance" } }
  },
  "POST /trade-api/v2/portfolio/events/orders/batched": { signed: true, status: 201, body: { orders: [] } }
}

const runAgainstServer = async (
  example: string
): Promise<{ readonly printed: ReadonlyArray<string>; readonly requests: ReadonlyArray<string> }> => {
  const requests: Array<string> = []
  const respond = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  const server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`
    requests.push(name)
    request.resume()
    const known = responses[name]
    if (known === undefined) return respond(response, 418, { code: "unscripted" })
    if ((request.headers["kalshi-access-key"] === keyId) !== known.signed) return respond(response, 401, {})
    return respond(response, known.status, known.body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
    vi.stubEnv("KALSHI_ENV", `http://127.0.0.1:${port}`)
    vi.stubEnv("KALSHI_API_KEY_ID", keyId)
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`)
    vi.stubEnv("OTEL_TRACES_EXPORTER", "otlp")
    vi.stubEnv("OTEL_METRICS_EXPORTER", "otlp")
    vi.stubEnv(
      "KALSHI_PRIVATE_KEY",
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    )
    vi.stubEnv("KALSHI_PRIVATE_KEY_PATH", undefined)
    const printed = await run([example])
    return { printed, requests: requests.sort() }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** If the example uses Redis, starts Redis for it, and then asserts that Redis stores one account. */
const runExample = (example: string): ReturnType<typeof runAgainstServer> =>
  example.includes("NodeRedis")
    ? Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const { port } = yield* redis.serve
            vi.stubEnv("REDIS_URL", `redis://127.0.0.1:${port}`)
            const ran = yield* Effect.promise(() => runAgainstServer(example))
            const accounts = Redis.Redis.use(({ send }) => send("DBSIZE"))
            assert.strictEqual(yield* Effect.provide(accounts, redis.layer(port)), 1)
            return ran
          })
        )
      )
    : runAgainstServer(example)

const examples: ReadonlyArray<readonly [example: string, requests: ReadonlyArray<string>]> = [
  ["reads the balance", ["GET /trade-api/v2/portfolio/balance"]],
  ["reads the status without a key", ["GET /trade-api/v2/exchange/status"]],
  ["places an order and reports its outcome", ["POST /trade-api/v2/portfolio/events/orders"]],
  ["runs a bot in a dry run", ["GET /trade-api/v2/exchange/status"]],
  ["handles the error of a refused order", ["POST /trade-api/v2/portfolio/events/orders"]],
  [
    "adds up all fees over pages",
    [
      "GET /trade-api/v2/portfolio/fills?limit=1000",
      "GET /trade-api/v2/portfolio/fills?limit=1000&cursor=CgsI%2B%2F%3D%3D"
    ]
  ],
  ["computes with money", []],
  ["places orders while there are tokens", ["POST /trade-api/v2/portfolio/events/orders/batched"]],
  ["shares the account's budget through Redis", ["GET /trade-api/v2/portfolio/balance"]],
  ["exports spans and metrics", ["GET /trade-api/v2/portfolio/balance", "POST /v1/metrics", "POST /v1/traces"]],
  ["measures the clock", ["GET /trade-api/v2/exchange/status"]]
]

describe("README examples", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.useRealTimers()
  })

  it("do not import NodeHttpClient, which does not run on Node 20", () => {
    const main = fs.readFileSync(path.join(root, "../../README.md"), "utf8")
    for (const example of [...examplesOf(main), ...examplesOf(readme)]) assert.notInclude(example, "NodeHttpClient")
  })

  it("are all tested", () => {
    assert.strictEqual(examplesOf(readme).length, examples.length)
  })

  for (const [index, [title, requests]] of examples.entries()) {
    const without = examplesOf(readme)[index]?.includes("NodeRedis") === true ? redis.missing : undefined
    const skipped = without === undefined ? "" : ` (skipped: ${without})`
    it.skipIf(skipped !== "")(`${title}, and prints the documented output${skipped}`, async () => {
      const example = examplesOf(readme)[index]!
      const expected = [...example.matchAll(/ \/\/ => (.*)$/gm)].map((match) => match[1]!)
      assert.isNotEmpty(expected)
      // Stops the clocks by which buckets refill. On a slow machine, the buckets would refill too early.
      if (example.includes("RateLimits.Overrides")) vi.useFakeTimers({ toFake: ["Date", "hrtime", "performance"] })
      assert.deepStrictEqual(await runExample(example), { printed: expected, requests })
    })
  }
})

const operationsIn = async (name: string): Promise<ReadonlyArray<string>> => {
  const module = await load(name)
  return Object.keys(module)
    .filter((key) => typeof module[key] === "function" && "descriptor" in module[key])
    .map((key) => `${name}.${key}`)
}

describe("doc block examples", () => {
  it("import existing modules and run", async () => {
    const names = await Promise.all(
      moduleNames.map(async (name) => ((await operationsIn(name)).length > 0 ? [name] : []))
    )
    const parts = [
      "rest/orderOperations",
      ...["intents", "placing", "canceling", "cancelOnExit", "groupChanges"].map((part) => `trading/${part}`),
      "book/audit",
      "account/AccountFeed"
    ]
    const found = [
      ...[...names.flat(), "Feed", "History", "OrderBook", "OrderBooks", "Pages"].map(urlOf),
      ...parts.map((part) => new URL(`../src/${part}.ts`, import.meta.url))
    ].flatMap((file) => examplesOf(fs.readFileSync(file, "utf8").replaceAll(/^ *\* ?/gm, "")))
    assert.isAtLeast(found.length, 10)
    assert.deepStrictEqual(await run(found), [])
  })
})

describe("README", () => {
  it("lists every operation once", async () => {
    const [, section] = /^## I want to …$([\s\S]*?)^Other modules:/m.exec(readme)!
    const named = [...section!.matchAll(/`(\w+\.\w+)`/g)].map((match) => match[1]!)
    const operations = [...(await Promise.all(moduleNames.map(operationsIn))).flat()].sort()
    assert.include(readme, `all ${operations.length} operations of Kalshi's OpenAPI document`)
    assert.deepStrictEqual(
      named.filter((name, index) => named.indexOf(name) !== index),
      []
    )
    assert.deepStrictEqual([...new Set(named)].sort(), operations)
  })

  it('lists only existing modules under "Other modules"', () => {
    const [table] = /^Other modules:\n\n(?:\|.*\n)+/m.exec(readme)!
    const modules = [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!)
    assert.isNotEmpty(modules)
    assert.includeMembers([...moduleNames], modules)
  })

  it("lists every channel of the feed with its messages and parameters", () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| (.*?) +\| (\w+) +\| (.*?) +\| (yes|no) +\|$/gm)]
    const namesIn = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1]!)
    // The text above the table describes these parameters.
    const left = /^(market_(ticker|id)s?|skip_ticker_ack)$/
    assert.deepStrictEqual(
      rows.map(([, channel, messages, markets, parameters, counted]) => [
        channel,
        { messages: namesIn(messages!), markets, parameters: namesIn(parameters!), seq: counted === "yes" }
      ]),
      Object.entries(channels).map(([channel, { messages, markets, parameters, seq }]) => [
        channel,
        { messages: [...messages], markets, parameters: parameters.filter((name) => !left.test(name)), seq }
      ])
    )
  })

  it("has no broken relative links", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
    assert.isNotEmpty(links)
    for (const [, file, anchor] of links) {
      const text = fs.readFileSync(path.join(root, file === "" ? "README.md" : file!), "utf8")
      const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replaceAll(/[^\w -]/g, "")
          .replaceAll(" ", "-")
      )
      if (anchor !== undefined) assert.include(anchors, anchor)
    }
  })
})

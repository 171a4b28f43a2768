/** Checks the HTTP interface of the judge, an exchange that scores clients. A client's driver uses this interface. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Assignment } from "../../src/conformance/Judge.ts"
import type { Outcome, Scorecard } from "../../src/conformance/Scorecard.ts"
import { scenarios } from "../../src/conformance/Scenarios.ts"
import { serve } from "../../src/conformance/Serve.ts"

const scope = Scope.makeUnsafe()
let judge = ""

beforeAll(async () => {
  judge = await Effect.runPromise(Scope.provide(serve({ port: 0, settleMillis: 0, scenarios }), scope))
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const send = async (path: string, body?: unknown) => {
  const response = await fetch(
    judge + path,
    body === undefined ? {} : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }
  )
  return { status: response.status, text: await response.text() }
}

const client = { name: "mine", version: "1", language: "Go" }

/** Starts a run, and returns the path of one of its scenarios. */
const started = async (scenario: string): Promise<string> => {
  const { text } = await send("/runs", { client })
  return `/runs/${(JSON.parse(text) as { readonly run: string }).run}/scenarios/${scenario}` // the judge sends this type
}

const begin = async (path: string): Promise<Assignment> => JSON.parse((await send(path, "")).text) as Assignment // the judge sends this type

const end = async (path: string, results: ReadonlyArray<object>): Promise<Outcome> =>
  JSON.parse((await send(`${path}/end`, { results })).text) as Outcome // the judge sends this type

const rowOf = async (path: string): Promise<Scorecard["rows"][number] | undefined> => {
  const [, , run, , scenario] = path.split("/")
  const card = JSON.parse((await send(`/runs/${run}/scorecard`)).text) as Scorecard // the judge sends this type
  return card.rows.find((row) => row.scenario === scenario)
}

const refused = { error: { kind: "Refused", status: 404, code: "order_not_found" } }

describe("the control interface of the judge", () => {
  it("accepts the commands of the README, and reports that curl sends no signature", async () => {
    const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8")
    const commands = /## Scoring your own client[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
    // The commands use the first run of a judge, so they need a new judge.
    const own = Scope.makeUnsafe()
    const url = await Effect.runPromise(Scope.provide(serve({ port: 0, settleMillis: 0, scenarios }), own))
    const here = commands.replace("http://127.0.0.1:8790", url)
    assert.notStrictEqual(here, commands)
    const { stdout } = await promisify(execFile)("bash", ["-euc", here], {
      env: { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" }
    })
    await Effect.runPromise(Scope.close(own, Exit.void))
    assert.include(stdout, '"findings":[{"category":"mis-signed","text":"sends a private GET without a signature"}]')
    assert.match(stdout, /sign-error-text +FAULTY/)
    assert.include(stdout, "curl 8 (shell): 0 passed, 1 faulty, 0 not supported")
  })

  it("lists every scenario, and the meaning of the steps of a scenario", async () => {
    const listed = JSON.parse((await send("/scenarios")).text) as {
      readonly scenarios: ReadonlyArray<{ readonly id: string }>
      readonly steps: Readonly<Record<string, unknown>>
    } // the judge sends this type
    assert.deepStrictEqual(
      listed.scenarios.map(({ id }) => id),
      scenarios.map(({ id }) => id)
    )
    assert.strictEqual(new Set(scenarios.map(({ id }) => id)).size, scenarios.length)
    const { steps } = await begin(await started("book-gap"))
    for (const step of steps) assert.property(listed.steps, step.do)
  })

  it("starts a new exchange with new Ed25519 keys each time a scenario begins", async () => {
    const path = await started("error-nested")
    const [one, other] = [await begin(path), await begin(path)]
    assert.notStrictEqual(one.exchange.root, other.exchange.root)
    assert.notStrictEqual(one.accounts[0]?.private_key, other.accounts[0]?.private_key)
    const isServed = (root: string) =>
      fetch(`${root}/trade-api/v2/exchange/status`).then(
        ({ status }) => status,
        () => "closed"
      )
    assert.deepStrictEqual([await isServed(one.exchange.root), await isServed(other.exchange.root)], ["closed", 200])
    // The exchange must not expose its operator interface to clients.
    assert.strictEqual((await fetch(`${other.exchange.root}/sandbox/time`)).status, 404)
    await end(path, [refused])
    assert.strictEqual(await isServed(other.exchange.root), "closed")
  })

  it("refuses unknown runs and scenarios, and invalid bodies, with a reason", async () => {
    const path = await started("error-nested")
    const reason = async (path: string, body?: unknown) => {
      const { status, text } = await send(path, body)
      return [status, (JSON.parse(text) as { readonly error: string }).error] // the judge sends this type
    }
    assert.deepStrictEqual(await reason("/runs/99/scorecard"), [
      404,
      "no run has the id 99. Start a run with POST /runs"
    ])
    assert.deepStrictEqual(await reason(path.replace("error-nested", "unknown"), ""), [
      404,
      "no scenario has the id unknown. See GET /scenarios"
    ])
    assert.deepStrictEqual(await reason(`${path}/end`, {}), [
      404,
      "the scenario error-nested is not in progress. POST /runs/RUN/scenarios/ID begins it"
    ])
    assert.deepStrictEqual(await reason("/runs", "{"), [400, "the body of the request is not JSON"])
    assert.strictEqual((await reason("/runs", { client: "mine" }))[0], 400)
    await begin(path)
    assert.deepStrictEqual(await reason(`${path}/end`, { results: [] }), [
      400,
      "the report must have one result for each step except continue, but has 0 instead of 1"
    ])
    assert.strictEqual((await reason(`${path}/end`, { results: [{ success: true }] }))[0], 400)
    assert.deepStrictEqual(await reason(`${path}/continue`, ""), [400, "the scenario has no further `continue` step"])
    // After a refused report, the scenario can still end.
    assert.strictEqual((await end(path, [refused])).verdict, "incomplete")
  })

  it("returns the verdict `unsupported` if the client lacks a call", async () => {
    const path = await started("book-gap")
    await begin(path)
    const missing = { unsupported: "watch_book: no WebSocket" }
    assert.deepStrictEqual(await end(path, [missing, missing]), {
      verdict: "unsupported",
      findings: [],
      reason: "watch_book: no WebSocket"
    })
  })

  it("returns the verdict `incomplete` if the client sent no request", async () => {
    const path = await started("error-nested")
    await begin(path)
    assert.deepStrictEqual(await end(path, [refused]), {
      verdict: "incomplete",
      findings: [],
      reason: "the client sent no request"
    })
  })

  it("returns the verdict `incomplete` if the driver did not end the scenario, or skipped the step `continue`", async () => {
    const path = await started("book-gap")
    assert.strictEqual((await rowOf(path))?.verdict, "not run")
    await begin(path)
    const row = { verdict: "incomplete", reason: "the driver did not end the scenario" } as const
    assert.deepInclude(await rowOf(path), row)
    const outcome = await end(path, [{ value: {} }, { error: {} }])
    assert.strictEqual(outcome.reason, "the driver skipped a `continue` step")
    assert.strictEqual((await rowOf(path))?.verdict, "incomplete")
  })

  it("keeps the verdicts of two runs separate", async () => {
    const [one, other] = [await started("error-nested"), await started("error-nested")]
    await begin(one)
    await begin(other)
    await end(one, [{ unsupported: "no" }])
    assert.deepStrictEqual([(await rowOf(one))?.verdict, (await rowOf(other))?.verdict], ["unsupported", "incomplete"])
  })

  it("prints the scorecard as text and as Markdown", async () => {
    const path = await started("error-nested")
    const { exchange, steps } = await begin(path)
    await fetch(`${exchange.rest}/portfolio/orders/${String(steps[0]?.input?.["order_id"])}`)
    await end(path, [{ value: { order_id: "a|b" } }])
    const card = path.replace(/scenarios.*/, "scorecard")
    const unknown = await send(`${card}?format=xml`)
    assert.strictEqual(unknown.status, 400)
    assert.include(unknown.text, 'a scorecard has no format \\"xml\\". Choose one of json, text, markdown')
    const { text } = await send(`${card}?format=text`)
    assert.match(text, /^error-nested +FAULTY$/m)
    assert.match(text, /^accepted wrongly: 1\n {2}error-nested: reports a response with status 404 as a success$/m)
    assert.match(text, /^mine 1 \(Go\): 0 passed, 1 faulty, 0 not supported, 0 incomplete, \d+ not run$/m)
    assert.include(
      (await send(`${card}?format=markdown`)).text,
      "| `error-nested` | FAULTY | mis-signed: sends a private GET without a signature; accepted wrongly:"
    )
  })
})

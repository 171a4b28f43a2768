import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Environment from "../src/Environment.ts"

describe("Environment.parse", () => {
  it("parses production, demo and sandbox by name", () => {
    for (const known of [Environment.production, Environment.demo, Environment.sandbox]) {
      assert.deepStrictEqual(Environment.parse(` ${known.name} `), Result.succeed(known))
    }
  })

  it("adds the REST and feed paths to a URL", () => {
    for (const address of ["https://example.test", "https://example.test/", "https://example.test/trade-api/v2/"]) {
      const parsed = Environment.parse(address)
      assert.deepStrictEqual(Result.getOrThrow(parsed), {
        name: "https://example.test",
        restUrl: "https://example.test/trade-api/v2",
        feedUrl: "wss://example.test/trade-api/ws/v2"
      })
    }
  })

  it("accepts plain http only for loopback", () => {
    for (const address of ["http://127.0.0.1:8787", "http://127.1.2.3", "http://localhost:1", "http://[::1]:9"]) {
      assert.isTrue(Result.isSuccess(Environment.parse(address)), address)
    }
    for (const address of [
      "http://example.test",
      "http://127.0.0.1.example.test",
      "http://10.0.0.1",
      "http://localhost.test"
    ]) {
      assert.isTrue(Result.isFailure(Environment.parse(address)), address)
    }
  })

  it("rejects invalid URLs, and does not repeat a password in the error", () => {
    for (const text of ["", "prod", "ftp://example.test", "https://example.test/other", "https://example.test/?a=1"]) {
      assert.isTrue(Result.isFailure(Environment.parse(text)), text)
    }
    const withPassword = Environment.parse("https://user:hunter2@example.test")
    assert.isTrue(Result.isFailure(withPassword))
    assert.notInclude(JSON.stringify(withPassword), "hunter2")
  })

  it("maps the documented hosts to their feeds", () => {
    assert.deepStrictEqual(Environment.parse("https://external-api.kalshi.com"), Result.succeed(Environment.production))
    assert.deepStrictEqual(Environment.parse("https://external-api.demo.kalshi.co/"), Result.succeed(Environment.demo))
    const shared = Result.getOrThrow(Environment.parse("https://demo-api.kalshi.co"))
    assert.strictEqual(shared.name, "demo")
    assert.strictEqual(shared.feedUrl, "wss://demo-api.kalshi.co/trade-api/ws/v2")
  })

  it("pairs REST and feed URLs of the same exchange, for every documented host", () => {
    const hosts = [
      "production",
      "demo",
      "sandbox",
      "https://external-api.kalshi.com",
      "https://external-api.demo.kalshi.co",
      "https://api.elections.kalshi.com",
      "https://demo-api.kalshi.co"
    ]
    const exchangeOf = (address: string) => {
      const { hostname } = new URL(address)
      return `${hostname.split(".").slice(-2).join(".")} ${hostname.includes("demo")}`
    }
    for (const host of hosts) {
      const { feedUrl, name, restUrl } = Result.getOrThrow(Environment.parse(host))
      assert.strictEqual(exchangeOf(feedUrl), exchangeOf(restUrl), host)
      assert.strictEqual(name === "demo", restUrl.includes("demo"), host)
    }
  })

  it("accepts plain http with allowPlainHttp", () => {
    assert.isTrue(Result.isSuccess(Environment.fromUrl("http://10.0.0.1:8787", { allowPlainHttp: true })))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { decide } from "../../src/relay/access.ts"

const rules = { port: 8788, origins: ["https://example.com"], token: "secret" }

const decided = (headers: Readonly<Record<string, string>>, path = "/trade-api/ws/v2", token?: string) => {
  const decision = decide(
    { path, headers: { host: "127.0.0.1:8788", ...headers } },
    { ...rules, ...(token && { token }) }
  )
  return decision._tag === "Accepted" ? (decision.isPrivate ? "private" : "public") : decision.status
}

describe("decide", () => {
  it("accepts programs of this machine", () => {
    for (const host of ["127.0.0.1:8788", "localhost:8788", "LOCALHOST:8788", "[::1]:8788", "127.9.9.9:8788"]) {
      assert.strictEqual(decided({ host }), "public", host)
    }
  })

  it("refuses a Host header that is not this machine with the relay's port", () => {
    for (const host of [
      "",
      "evil.example:8788",
      "127.0.0.1",
      "127.0.0.1:80",
      "127.0.0.1.evil.example:8788",
      "localhost:8788.evil"
    ]) {
      assert.strictEqual(decided({ host }), 403, host)
    }
  })

  it("accepts pages of this machine and of permitted origins", () => {
    for (const origin of [
      "http://localhost",
      "http://localhost:3000",
      "https://127.0.0.1:3000",
      "http://[::1]:5173",
      "https://example.com"
    ]) {
      assert.strictEqual(decided({ origin }), "public", origin)
    }
  })

  it("refuses pages of other origins", () => {
    for (const origin of [
      "null",
      "https://evil.example",
      "http://example.com",
      "https://example.com:8443",
      "http://localhost.evil.example",
      "https://example.com.evil.example",
      "file://"
    ]) {
      assert.strictEqual(decided({ origin }), 403, origin)
    }
    assert.strictEqual(decided({ "sec-fetch-site": "cross-site" }, "/status"), 403)
  })

  it("opens the private channels to a token in a header, a subprotocol or the query", () => {
    assert.strictEqual(decided({ authorization: "Bearer secret" }), "private")
    assert.strictEqual(decided({ "sec-websocket-protocol": "other, token.secret" }), "private")
    assert.strictEqual(decided({}, "/trade-api/ws/v2?token=secret"), "private")
  })

  it("refuses a wrong token, and any token if the relay has no token", () => {
    assert.strictEqual(decided({ authorization: "Bearer secre" }), 401)
    assert.strictEqual(decided({}, "/trade-api/ws/v2?token="), 401)
    const path = "/trade-api/ws/v2?token=undefined"
    assert.strictEqual(
      decide({ path, headers: { host: "127.0.0.1:8788" } }, { ...rules, token: undefined })._tag,
      "Refused"
    )
  })

  it("does not show a token in the reason of a refusal", () => {
    const decision = decide({ path: "/?token=guess", headers: { host: "127.0.0.1:8788" } }, rules)
    assert.notMatch(JSON.stringify(decision), /secret|guess/)
  })
})

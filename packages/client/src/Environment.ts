/**
 * The address of the exchange: production, demo, a local exchange, or any other.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/** An environment of the exchange. Environments do not share keys. */
export interface Environment {
  /** The name in messages: `production`, `demo`, `sandbox`, or the address. */
  readonly name: string
  /** Root of the REST API, such as `https://external-api.kalshi.com/trade-api/v2`. */
  readonly restUrl: string
  /** Address of the feed, such as `wss://external-api-ws.kalshi.com/trade-api/ws/v2`. */
  readonly feedUrl: string
  /**
   * Permits plain `http` to hosts other than loopback. Everyone on the network path can then read orders and replay
   * signatures.
   */
  readonly allowPlainHttp?: true
}

const restPath = "/trade-api/v2"
const feedPath = "/trade-api/ws/v2"

/** The production exchange, which trades real money. Source: the hosts documented since May 2026. */
export const production: Environment = {
  name: "production",
  restUrl: `https://external-api.kalshi.com${restPath}`,
  feedUrl: `wss://external-api-ws.kalshi.com${feedPath}`
}

/** The demo exchange: mock funds, separate accounts and keys. */
export const demo: Environment = {
  name: "demo",
  restUrl: `https://external-api.demo.kalshi.co${restPath}`,
  feedUrl: `wss://external-api-ws.demo.kalshi.co${feedPath}`
}

/** A local exchange on its usual port, 8787. */
export const sandbox: Environment = {
  name: "sandbox",
  restUrl: `http://127.0.0.1:8787${restPath}`,
  feedUrl: `ws://127.0.0.1:8787${feedPath}`
}

/** The address is invalid, or it is not safe to send signed requests to it. */
export class InvalidEnvironment extends Data.TaggedError("InvalidEnvironment")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

/** @internal Matches the host names of this machine. */
export const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Parses the name of an environment, or an address. REST is served under `/trade-api/v2`, the feed under
 * `/trade-api/ws/v2`. Plain `http` is accepted only for loopback, so that no signature leaves this machine unencrypted.
 */
export const parse = (text: string): Result.Result<Environment, InvalidEnvironment> => {
  const name = text.trim()
  switch (name) {
    case "production":
      return Result.succeed(production)
    case "demo":
      return Result.succeed(demo)
    case "sandbox":
      return Result.succeed(sandbox)
  }
  return fromUrl(name)
}

/** The documented hosts, and the environment of each. Source: the exchange's list of hosts, May 2026. */
const known: ReadonlyMap<string, Environment> = /*#__PURE__*/ new Map([
  ["external-api.kalshi.com", production],
  ["external-api.demo.kalshi.co", demo],
  ["api.elections.kalshi.com", atHost("production", "https://api.elections.kalshi.com")],
  ["demo-api.kalshi.co", atHost("demo", "https://demo-api.kalshi.co")]
])

/** Makes an environment from an address that consists of scheme, host and port. See {@link parse}. */
export const fromUrl = (
  address: string,
  options?: { readonly allowPlainHttp?: boolean }
): Result.Result<Environment, InvalidEnvironment> => {
  const allowPlainHttp = options?.allowPlainHttp === true
  const fault = addressFault(address, allowPlainHttp)
  if (fault !== undefined) return Result.fail(new InvalidEnvironment({ reason: fault }))
  const url = new URL(address)
  const path = url.pathname.replace(/\/+$/, "")
  if ((path !== "" && path !== restPath) || url.search !== "" || url.hash !== "") {
    const reason =
      "The environment's address must consist of scheme, host and port: remove the path, the query and the fragment"
    return Result.fail(new InvalidEnvironment({ reason }))
  }
  const documented = url.protocol === "https:" && url.port === "" ? known.get(url.hostname) : undefined
  return Result.succeed(
    documented ?? { ...atHost(url.origin, url.origin), ...(allowPlainHttp ? { allowPlainHttp } : {}) }
  )
}

function atHost(name: string, origin: string): Environment {
  return { name, restUrl: `${origin}${restPath}`, feedUrl: `${origin.replace(/^http/, "ws")}${feedPath}` }
}

const addressFault = (address: string, allowPlainHttp: boolean): string | undefined => {
  if (!URL.canParse(address)) {
    return "The environment must be production, demo, sandbox, or an address such as https://host"
  }
  const url = new URL(address)
  if (url.username !== "" || url.password !== "") {
    return "The environment's address must not contain a user name or a password"
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return "The environment's address must start with https://, or with http:// for a loopback host"
  }
  if (url.protocol === "http:" && !allowPlainHttp && !loopback.test(url.hostname)) {
    return `Plain http is allowed only for loopback: use https:// for ${url.hostname}`
  }
  return undefined
}

/**
 * @internal Checks an environment that a program wrote as an object. The rules of {@link fromUrl} apply, but any path
 * is valid.
 */
export const check = (environment: Environment): Result.Result<Environment, InvalidEnvironment> => {
  const fault = addressFault(environment.restUrl, environment.allowPlainHttp === true)
  if (fault !== undefined) return Result.fail(new InvalidEnvironment({ reason: fault }))
  const url = new URL(environment.restUrl)
  return url.search !== "" || url.hash !== ""
    ? Result.fail(
        new InvalidEnvironment({ reason: "The environment's restUrl must not contain a query or a fragment" })
      )
    : Result.succeed(environment)
}

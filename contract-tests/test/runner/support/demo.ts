/**
 * Runs the command with an exchange on loopback (`DEMO_URL`) as the demo exchange. With `KILLED_AT=N`, the process kills
 * itself after its Nth write arrived, before it handles the response.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { command } from "../../../src/runner/Command.ts"

const killedAt = Number(process.env["KILLED_AT"] ?? Number.POSITIVE_INFINITY)
let writes = 0

/** Redirects connections to `DEMO_URL`. All code under test is above this layer. */
const redirectingDispatcher = Layer.effect(
  NodeHttpClient.Dispatcher,
  Effect.map(NodeHttpClient.makeDispatcher, (dispatcher) =>
    dispatcher.compose((dispatch) => (options, handler) => {
      if (options.origin !== new URL(Environment.demo.restUrl).origin)
        throw new Error(`sent to ${String(options.origin)}`)
      return dispatch({ ...options, origin: process.env["DEMO_URL"] ?? "" }, handler)
    })
  )
)

const http = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.tap(({ request }) =>
      Effect.sync(() => {
        if (request.method !== "GET" && ++writes >= killedAt) process.kill(process.pid, "SIGKILL")
      })
    )
  )
).pipe(Layer.provide(NodeHttpClient.layerUndiciNoDispatcher), Layer.provide(redirectingDispatcher))

command.pipe(Effect.provide([NodeServices.layer, http]), NodeRuntime.runMain)

/**
 * Runs the command with an exchange on loopback (`DEMO_URL`) in place of the demo exchange. With `KILLED_AT=N`, the
 * process kills itself when the response to its Nth write arrives, before the command handles the response.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { command } from "../../../src/runner/Command.ts"
import { redirectDemoTo } from "./redirectDemoTo.ts"

const killedAt = Number(process.env["KILLED_AT"] ?? Number.POSITIVE_INFINITY)
let writes = 0

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
).pipe(Layer.provide(redirectDemoTo(process.env["DEMO_URL"] ?? "")))

command.pipe(Effect.provide([NodeServices.layer, http]), NodeRuntime.runMain)

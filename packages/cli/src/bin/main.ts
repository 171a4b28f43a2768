/**
 * Runs the command `kalshi` on the standard streams and with the arguments of the process.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Stdio from "effect/Stdio"
import { codeOf, run } from "../Cli.ts"
import * as Output from "../output/Output.ts"

// A reader such as `head` closes the output early. The next write then fails and ends the command, so this event needs
// no handling.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})

const services = Layer.mergeAll(
  Layer.provideMerge(Output.layer, NodeServices.layer),
  NodeHttpClient.layerUndici,
  NodeWS.layerWebSocketConstructor
)

const main = Effect.gen(function* () {
  const { args } = yield* Stdio.Stdio
  process.exitCode = codeOf(yield* run(yield* args))
})

// Even after Ctrl-C, `run` reports how it ended, and the process exits with the code of the run.
NodeRuntime.runMain(Effect.provide(Effect.uninterruptible(main), services), {
  teardown: (exit, onExit) =>
    Runtime.defaultTeardown(exit, (code) => onExit(process.exitCode === undefined ? code : Number(process.exitCode)))
})

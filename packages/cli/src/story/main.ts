/** The entry point of `pnpm start`. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Story from "../Story.ts"

const program = Effect.gen(function* () {
  const environment = yield* Config.option(Config.NonEmptyString("KALSHI_ENV"))
  if (Option.isNone(environment)) return yield* Story.onLocalExchange
  const platform = Layer.merge(NodeHttpClient.layerUndici, NodeFileSystem.layer)
  return yield* Story.readOnly.pipe(Effect.provide(Layer.provide(Kalshi.layerReadOnlyConfig, platform)))
})

NodeRuntime.runMain(program)

#!/usr/bin/env node
/**
 * The program `kalshi-sandbox`: serves a local exchange until it is stopped.
 *
 * @module
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Cli from "../Cli.ts"

const command = Cli.make({
  invocation: "kalshi-sandbox",
  toError: (userMessage, cause) => new CliError.UserError({ cause, userMessage })
})

NodeRuntime.runMain(Command.run(command, { version: Cli.version() }).pipe(Effect.provide(NodeServices.layer)))

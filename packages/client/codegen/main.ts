/**
 * Writes `src/generated` from the reference documents. With `--check`, writes nothing, and fails if a file
 * is stale or a field has no doc.
 *
 * @module
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { fileURLToPath } from "node:url"
import { check, type Paths, write } from "./command.ts"

const paths: Paths = {
  rest: fileURLToPath(new URL("../../../fixtures/spec/rest.json", import.meta.url)),
  feed: fileURLToPath(new URL("../../../fixtures/spec/feed.json", import.meta.url)),
  folder: fileURLToPath(new URL("../src/generated/", import.meta.url))
}

const command = Command.make(
  "codegen",
  {
    check: Flag.Boolean("check").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Write nothing. Exit with 1 if the files are stale or a field has no doc")
    )
  },
  (flags) => (flags.check ? check(paths) : write(paths))
).pipe(Command.withDescription("Writes packages/client/src/generated from fixtures/spec"))

command.pipe(Command.run({ version: "0.0.0" }), Effect.provide(NodeServices.layer), NodeRuntime.runMain)

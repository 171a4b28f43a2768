/** P16: how the client decodes the messages of the feed, and encodes its commands. */
import * as Effect from "effect/Effect"
import * as Messages from "../operations/Messages.ts"
import * as FeedDocument from "../reference/FeedDocument.ts"
import * as Conformance from "../judge/Conformance.ts"
import { resolver } from "../judge/JsonSchema.ts"
import * as conforming from "./internal/conforming.ts"
import type { Outcome, TargetProperty, Settings } from "./Property.ts"

const id = "P16"

const feed = /*#__PURE__*/ FeedDocument.load()
const conformance = /*#__PURE__*/ Conformance.make(resolver(feed.document))
const kinds = /*#__PURE__*/ Messages.kindsOf(feed)

/** Checks a type of message, or a command. */
export const hold = (target: string, { path, runs, seed }: Settings): Outcome => {
  const kind = kinds.find(({ name }) => name === target)
  if (kind === undefined) return { _tag: "Skipped", reason: "the document has no such message" }
  const options = { runs, seed, ...(path === undefined ? {} : { path }) }
  const report = Messages.hold(kind, conformance, options)
  return (
    conforming.outcomeOf({ id, target, seed, checks: Messages.checks(kind) }, report) ?? {
      _tag: "Skipped",
      reason: "nothing was checked"
    }
  )
}

/** Property P16: the schemas of the feed. */
export const P16: TargetProperty = {
  id,
  statement:
    "Every valid message of the feed decodes without loss, every valid command is sent unchanged, and each with a single violation is refused at its pointer.",
  method: "The checks of P1, P2 and P3, for each type of message and for each command of the AsyncAPI document.",
  targets: kinds.map(({ name }) => name),
  runOn: (target, settings) => Effect.sync(() => hold(target, settings))
}
